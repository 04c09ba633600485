package io.magnetar.sink.archive.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.FloatNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A row as JSON: lists are arrays, maps and groups are objects, fields without a value are absent.
 *
 * <p>Thread: one at a time.
 */
final class RowTree extends RecordConsumer {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final MessageType type;
    private final Deque<Level> levels = new ArrayDeque<>();
    private ObjectNode row = NODES.objectNode();

    RowTree(MessageType type) {
        this.type = type;
    }

    /** The row that was written last. */
    ObjectNode row() {
        return row;
    }

    /** A group that is being written. */
    private abstract static class Level {
        final GroupType group;
        Type field;

        Level(GroupType group) {
            this.group = group;
            field = group;
        }

        abstract void put(JsonNode value);

        void end() {}
    }

    private static final class Fields extends Level {
        private final ObjectNode object;

        Fields(GroupType group, ObjectNode object) {
            super(group);
            this.object = object;
        }

        @Override
        void put(JsonNode value) {
            object.set(field.getName(), value);
        }
    }

    /** A list or a map, whose one field repeats. */
    private static final class Repeating extends Level {
        final @Nullable ArrayNode list;
        final ObjectNode map;

        Repeating(GroupType group, @Nullable ArrayNode list, ObjectNode map) {
            super(group);
            this.list = list;
            this.map = map;
        }

        @Override
        void put(JsonNode value) {
            throw new IllegalStateException("a list or a map has groups of elements only");
        }
    }

    private static final class Element extends Level {
        private final ArrayNode list;
        private JsonNode value = NullNode.getInstance();

        Element(GroupType group, ArrayNode list) {
            super(group);
            this.list = list;
        }

        @Override
        void put(JsonNode element) {
            value = element;
        }

        @Override
        void end() {
            list.add(value);
        }
    }

    private static final class Entry extends Level {
        private final ObjectNode map;
        private String key = "";
        private JsonNode value = NullNode.getInstance();

        Entry(GroupType group, ObjectNode map) {
            super(group);
            this.map = map;
        }

        @Override
        void put(JsonNode part) {
            if (group.getFieldIndex(field.getName()) == 0) {
                key = part.asText();
            } else {
                value = part;
            }
        }

        @Override
        void end() {
            map.set(key, value);
        }
    }

    private Level level() {
        return levels.getFirst();
    }

    @Override
    public void startMessage() {
        row = NODES.objectNode();
        levels.clear();
        levels.push(new Fields(type, row));
    }

    @Override
    public void endMessage() {
        levels.clear();
    }

    @Override
    public void startField(String field, int index) {
        level().field = level().group.getType(index);
    }

    @Override
    public void endField(String field, int index) {}

    @Override
    public void startGroup() {
        Level above = level();
        GroupType group = above.field.asGroupType();
        if (above instanceof Repeating repeating) {
            levels.push(repeating.list == null ? new Entry(group, repeating.map) : new Element(group, repeating.list));
        } else if (group.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
            ArrayNode list = NODES.arrayNode();
            above.put(list);
            levels.push(new Repeating(group, list, NODES.objectNode()));
        } else {
            ObjectNode object = NODES.objectNode();
            above.put(object);
            levels.push(
                    group.getLogicalTypeAnnotation() instanceof MapLogicalTypeAnnotation
                            ? new Repeating(group, null, object)
                            : new Fields(group, object));
        }
    }

    @Override
    public void endGroup() {
        levels.pop().end();
    }

    @Override
    public void addInteger(int value) {
        String text = LogicalText.of(level().field.asPrimitiveType(), value);
        level().put(text == null ? IntNode.valueOf(value) : node(text));
    }

    @Override
    public void addLong(long value) {
        String text = LogicalText.of(level().field.asPrimitiveType(), value);
        level().put(text == null ? LongNode.valueOf(value) : node(text));
    }

    @Override
    public void addBoolean(boolean value) {
        level().put(BooleanNode.valueOf(value));
    }

    @Override
    public void addFloat(float value) {
        level().put(FloatNode.valueOf(value));
    }

    @Override
    public void addDouble(double value) {
        level().put(DoubleNode.valueOf(value));
    }

    @Override
    public void addBinary(Binary value) {
        String text = LogicalText.of(level().field.asPrimitiveType(), value);
        level().put(text == null ? NODES.binaryNode(value.getBytes()) : node(text));
    }

    /** Numbers and JSON stay what they are. */
    private JsonNode node(String text) {
        if (!LogicalText.isJson(level().field.asPrimitiveType())) {
            return TextNode.valueOf(text);
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(text);
        }
    }
}
