@NullMarked
package io.magnetar.demo;

import org.jspecify.annotations.NullMarked;
