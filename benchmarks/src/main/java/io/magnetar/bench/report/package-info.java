/** What a run measured, for people and for programs. */
@NullMarked
package io.magnetar.bench.report;

import org.jspecify.annotations.NullMarked;
