/** The settings of a sink: declared once, read with all errors at once, and listed in a table for the docs. */
@NullMarked
package io.magnetar.sink.setting;

import org.jspecify.annotations.NullMarked;
