package dev.lanewise.autograd;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What Java Flight Recorder is told of one node's way back. The operations that the gradients take are events of their
 * own, within this one's time.
 */
@Name("dev.lanewise.Backward")
@Label("Backward")
@Category("Lanewise")
@Description("An operation's way back, from the gradients of its results to those of its operands")
@StackTrace(false)
@Enabled(false)
final class BackwardEvent extends Event {
    @Label("Operation")
    String operation = "";

    @Label("Operands' Shapes")
    String operands = "";

    @Label("Results' Shapes")
    String results = "";

    void commit(Node node) {
        operation = node.op() == null ? "" : node.op().name();
        operands = node.operandShapes();
        results = node.resultShapes();
        commit();
    }
}
