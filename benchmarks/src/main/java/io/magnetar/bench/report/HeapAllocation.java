package io.magnetar.bench.report;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What the threads of another Java process of this machine allocate, by the JDK's own count for each thread. What a thread
 * allocated that ended in the meantime is not in it.
 *
 * <p>Thread: one at a time.
 */
public final class HeapAllocation implements AutoCloseable {
    private final JMXConnector connector;
    private final ThreadMXBean threads;
    private Map<Long, Long> before = Map.of();

    private HeapAllocation(JMXConnector connector, ThreadMXBean threads) {
        this.connector = connector;
        this.threads = threads;
    }

    /**
     * Starts the management agent of the process, which stays there for as long as it lives.
     *
     * @throws IOException when it is no Java process of this user
     */
    @SuppressWarnings("BanJNDI") // the address is that of an agent in a process of this user on this machine
    public static HeapAllocation of(LinuxProcess process) throws IOException {
        JMXConnector connector = JMXConnectorFactory.connect(agent(process));
        return new HeapAllocation(
                connector,
                ManagementFactory.newPlatformMXBeanProxy(
                        connector.getMBeanServerConnection(),
                        ManagementFactory.THREAD_MXBEAN_NAME,
                        ThreadMXBean.class));
    }

    private static JMXServiceURL agent(LinuxProcess process) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
            try {
                return new JMXServiceURL(machine.startLocalManagementAgent());
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("process " + process.pid() + " lets nobody watch its heap", e);
        }
    }

    void begin() {
        before = allocated();
    }

    /** Bytes since {@link #begin()}. */
    long end() {
        long sum = 0;
        for (Map.Entry<Long, Long> thread : allocated().entrySet()) {
            sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        return sum;
    }

    private Map<Long, Long> allocated() {
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        Map<Long, Long> byThread = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            // Minus one: the thread has ended.
            if (bytes[i] >= 0) {
                byThread.put(ids[i], bytes[i]);
            }
        }
        return byThread;
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
