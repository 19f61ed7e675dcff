package dev.lanewise.autograd;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A graph in Graphviz's language DOT. Nodes are numbered from the leaves on, in the order of the backward walk. */
final class GraphPicture {
    private final StringBuilder text = new StringBuilder("digraph {\n    node [fontname=\"sans-serif\"];\n");
    private int count;

    private GraphPicture() {}

    static String of(Variable variable) {
        var picture = new GraphPicture();
        if (variable.node() == null) {
            picture.add("box", "dashed", "constant", null, variable.shape().toString());
        } else {
            picture.addAll(Backward.order(List.of(variable.node()), Set.of()).reversed());
        }
        return picture.text.append("}\n").toString();
    }

    /** Adds nodes, each of which comes after its operands. */
    private void addAll(List<Node> nodes) {
        Map<Node, Integer> numbers = new HashMap<>();
        for (Node node : nodes) {
            if (node.op() == null) {
                String name = node.label() == null ? "leaf" : node.label();
                numbers.put(node, add("box", "filled", name, null, node.resultShapes()));
                continue;
            }
            int[] operands = new int[node.edges().size()];
            for (int i = 0; i < operands.length; i++) {
                Integer number = numbers.get(node.edge(i).node());
                operands[i] = number != null
                        ? number
                        : add(
                                "box",
                                "dashed",
                                "constant",
                                null,
                                node.operandShape(i).toString());
            }
            int number = add("ellipse", "solid", node.name(), node.label(), node.resultShapes());
            numbers.put(node, number);
            for (int i = 0; i < operands.length; i++) {
                Node from = node.edge(i).node();
                // Which of several results it is: the shape alone does not tell.
                String label = from != null && from.resultCount() > 1
                        ? " [label=\"%d: %s\"]".formatted(node.edge(i).result(), node.operandShape(i))
                        : "";
                text.append("    n%d -> n%d%s;\n".formatted(operands[i], number, label));
            }
        }
    }

    private int add(String shape, String style, String name, @Nullable String place, String shapes) {
        String label = escaped(name) + "\\n" + (place == null ? "" : escaped(place) + "\\n") + shapes;
        text.append("    n%d [shape=%s, style=%s, label=\"%s\"];\n".formatted(count, shape, style, label));
        return count++;
    }

    private static String escaped(String name) {
        return name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
