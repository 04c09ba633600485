/** Real servers for the tests of sinks, each a process on free ports of 127.0.0.1. */
@NullMarked
package io.magnetar.sink.server;

import org.jspecify.annotations.NullMarked;
