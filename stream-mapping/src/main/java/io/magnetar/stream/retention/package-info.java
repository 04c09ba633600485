/** How long streams keep messages: the policies in force, and the floors that follow from them. */
@NullMarked
package io.magnetar.stream.retention;

import org.jspecify.annotations.NullMarked;
