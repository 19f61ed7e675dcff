package dev.lanewise.core;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What Java Flight Recorder is told of an operation's way forward. Where nobody records, it costs next to nothing. */
@Name("dev.lanewise.Operation")
@Label("Operation")
@Category("Lanewise")
@Description("An operation on tensors, from values to values")
@StackTrace(false)
@Enabled(false)
final class OperationEvent extends Event {
    @Label("Operation")
    String operation = "";

    @Label("Operands' Shapes")
    String operands = "";

    @Label("Results' Shapes")
    String results = "";

    @Label("Floating-Point Operations")
    @Description("A fused multiply-add counts as two, an elementary function as one")
    long flops;

    @Label("Bytes")
    @Description("The elements of operands and results, each counted once")
    @DataAmount
    long bytes;

    /** Computes an operation's results, and records it if somebody wants to know. */
    static Computed record(Op op, List<Tensor> operands, IntPredicate differentiated) {
        var event = new OperationEvent();
        event.begin();
        Computed computed = op.forward(operands, differentiated);
        event.end();
        if (event.shouldCommit()) {
            event.commit(op, operands, computed.results(), differentiated);
        }
        return computed;
    }

    void commit(Op op, List<Tensor> from, List<Tensor> to, IntPredicate differentiated) {
        operation = op.name();
        operands = shapes(from);
        results = shapes(to);
        flops = op.flops(
                from.stream().map(Tensor::shape).toList(),
                to.stream().map(Tensor::shape).toList(),
                differentiated);
        bytes = bytes(from) + bytes(to);
        commit();
    }

    private static String shapes(List<Tensor> tensors) {
        return tensors.stream().map(tensor -> tensor.shape().toString()).collect(Collectors.joining(" "));
    }

    private static long bytes(List<Tensor> tensors) {
        return tensors.stream()
                .mapToLong(
                        tensor -> (long) tensor.shape().count() * tensor.dtype().bytes())
                .sum();
    }
}
