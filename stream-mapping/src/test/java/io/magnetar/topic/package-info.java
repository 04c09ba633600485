/** Topics and filters against a slow and plain reading of the specification. */
@NullMarked
package io.magnetar.topic;

import org.jspecify.annotations.NullMarked;
