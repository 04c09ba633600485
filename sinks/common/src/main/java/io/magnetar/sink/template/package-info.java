/** Texts with placeholders that a message fills: parsed once, filled without reflection. */
@NullMarked
package io.magnetar.sink.template;

import org.jspecify.annotations.NullMarked;
