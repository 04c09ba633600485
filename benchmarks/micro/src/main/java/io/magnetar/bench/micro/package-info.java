/** What single pieces of the code cost. */
@NullMarked
package io.magnetar.bench.micro;

import org.jspecify.annotations.NullMarked;
