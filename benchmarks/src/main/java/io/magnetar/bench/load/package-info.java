/** Publishers and subscribers that load a broker and account for every message. */
@NullMarked
package io.magnetar.bench.load;

import org.jspecify.annotations.NullMarked;
