/** The demo: a fleet of weather stations that publish real readings, and a stream that keeps them. */
@NullMarked
package io.magnetar.demo;

import org.jspecify.annotations.NullMarked;
