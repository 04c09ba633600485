package io.magnetar.sink.influxdb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A point as a simple-minded reader understands its line: it first cuts the line at characters that no backslash stands
 * before, and then takes the backslashes out of the pieces. It knows nothing of {@link LineCheck}.
 */
record NaiveLine(String measurement, Map<String, String> tags, Map<String, Object> fields, long timestamp) {

    static NaiveLine read(String line, Backslash backslash) {
        String first = cut(line, ' ', backslash, false).get(0);
        List<String> parts = cut(line.substring(first.length() + 1).strip(), ' ', backslash, true);
        parts.removeIf(String::isEmpty);
        if (parts.size() != 2) {
            throw new IllegalArgumentException(parts.size() + " parts in " + line);
        }
        List<String> head = cut(first, ',', backslash, false);
        Map<String, String> tags = new LinkedHashMap<>();
        for (String tag : head.subList(1, head.size())) {
            List<String> pair = cut(tag, '=', backslash, false);
            if (pair.size() != 2
                    || tags.put(plain(pair.get(0), ",= ", backslash), plain(pair.get(1), ",= ", backslash)) != null) {
                throw new IllegalArgumentException("tag " + tag);
            }
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String field : cut(parts.get(0), ',', backslash, true)) {
            List<String> pair = cut(field, '=', backslash, true);
            if (pair.size() != 2 || fields.put(plain(pair.get(0), ",= ", backslash), value(pair.get(1))) != null) {
                throw new IllegalArgumentException("field " + field);
            }
        }
        return new NaiveLine(plain(head.get(0), ", ", backslash), tags, fields, Long.parseLong(parts.get(1)));
    }

    private static List<String> cut(String text, char at, Backslash backslash, boolean quotes) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        boolean afterEquals = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pairs = quoted || backslash == Backslash.DOUBLED;
            if (c == '\\' && i + 1 < text.length() && (text.charAt(i + 1) != '\\' || pairs)) {
                part.append(c).append(text.charAt(++i));
                afterEquals = false;
                continue;
            } else if (c == at && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                quoted ^= quotes && c == '"' && (quoted || afterEquals);
                part.append(c);
            }
            afterEquals = c == '=';
        }
        parts.add(part.toString());
        return parts;
    }

    private static String plain(String escaped, String special, Backslash backslash) {
        String text = escaped;
        // A private character keeps a doubled backslash apart from those that are looked at next.
        if (backslash == Backslash.DOUBLED) {
            text = text.replace("\\\\", "\ue000");
        }
        for (int i = 0; i < special.length(); i++) {
            text = text.replace("\\" + special.charAt(i), special.substring(i, i + 1));
        }
        return text.replace('\ue000', '\\');
    }

    private static Object value(String text) {
        if (text.startsWith("\"")) {
            return text.substring(1, text.length() - 1)
                    .replace("\\\\", "\ue000")
                    .replace("\\\"", "\"")
                    .replace('\ue000', '\\');
        } else if (text.endsWith("i") || text.endsWith("u")) {
            return new java.math.BigInteger(text.substring(0, text.length() - 1));
        } else if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return Double.valueOf(text);
    }
}
