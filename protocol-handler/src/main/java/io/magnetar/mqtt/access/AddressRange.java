package io.magnetar.mqtt.access;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits, written {@code 203.0.113.0/24}; one address without the slash.
 *
 * <p>Thread: immutable.
 */
public record AddressRange(InetAddress address, int bits) {
    /** Only what is an address: a name would be looked up. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    public static Optional<AddressRange> parse(String written) {
        int slash = written.indexOf('/');
        String address = slash < 0 ? written : written.substring(0, slash);
        if (!LITERAL.matcher(address).matches()) {
            return Optional.empty();
        }
        try {
            InetAddress parsed = InetAddress.getByName(address);
            int all = parsed.getAddress().length * Byte.SIZE;
            int bits = slash < 0 ? all : Integer.parseInt(written.substring(slash + 1));
            return bits >= 0 && bits <= all ? Optional.of(new AddressRange(parsed, bits)) : Optional.empty();
        } catch (UnknownHostException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * The addresses that count as one client's: an IPv4 address, but the first half of an IPv6 address, whose second half its
     * owner chooses.
     */
    public static AddressRange ofOwner(InetAddress address) {
        int bits = address.getAddress().length * Byte.SIZE;
        int own = bits == 128 ? 64 : bits;
        byte[] first = shifted(address, bits - own).shiftLeft(bits - own).toByteArray();
        byte[] whole = new byte[bits / Byte.SIZE];
        int length = Math.min(first.length, whole.length);
        System.arraycopy(first, first.length - length, whole, whole.length - length, length);
        try {
            return new AddressRange(InetAddress.getByAddress(whole), own);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of the same length is one", e);
        }
    }

    public boolean contains(InetAddress other) {
        int all = address.getAddress().length * Byte.SIZE;
        return other.getAddress().length * Byte.SIZE == all
                && shifted(other, all - bits).equals(shifted(address, all - bits));
    }

    private static BigInteger shifted(InetAddress address, int bits) {
        return new BigInteger(1, address.getAddress()).shiftRight(bits);
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + bits;
    }
}
