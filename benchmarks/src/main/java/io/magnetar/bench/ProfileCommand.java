package io.magnetar.bench;

import io.magnetar.bench.compare.Profiles;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Records where the broker's time goes. */
@Command(
        name = "profile",
        sortOptions = false,
        description =
                "Starts a standalone of its own and records, under each load, where its processor time and its allocation go:"
                        + " LOAD.jfr for JDK Mission Control and LOAD.md for people, in --directory.")
final class ProfileCommand implements Callable<Integer> {
    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Option(
            names = "--loads",
            paramLabel = "NAME",
            split = ",",
            description = "Only these loads, separated by commas: ${COMPLETION-CANDIDATES}. Default: all.",
            completionCandidates = Loads.class)
    private List<String> loads = Profiles.allLoads();

    /** For the help. */
    private static final class Loads extends ArrayList<String> {
        @Serial
        private static final long serialVersionUID = 1;

        Loads() {
            super(Profiles.allLoads());
        }
    }

    @Override
    public Integer call() throws Exception {
        new Profiles(
                        plan.launcher(),
                        plan.directory(),
                        plan.plan(loads, Profiles.allLoads()),
                        file -> plan.out().println(file))
                .run();
        return 0;
    }
}
