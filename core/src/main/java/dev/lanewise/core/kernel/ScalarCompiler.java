package dev.lanewise.core.kernel;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.invoke.MethodHandles;
import java.util.List;

/** Compiles a program to a loop over single floats, for machines without vectors. */
public final class ScalarCompiler implements KernelCompiler {

    @Override
    public RowKernel compile(String name, Program program, long rowConstants, List<Reduction> outputs) {
        return GeneratedClass.define(
                MethodHandles.lookup(),
                name + "Scalar",
                (type, self) -> type.withMethodBody(
                        "run",
                        LoopCode.RUN,
                        ClassFile.ACC_PUBLIC,
                        code -> new Loop(code, program, rowConstants, outputs).emitRun()));
    }

    @Override
    public int largestProgram(List<Reduction> outputs) {
        return 600; // at most 13 bytes of code each
    }

    private static final class Loop extends LoopCode {
        Loop(CodeBuilder code, Program program, long rowConstants, List<Reduction> outputs) {
            super(code, program, rowConstants, outputs);
        }

        @Override
        protected void beforeRows() {}

        @Override
        protected void overRow() {
            emitStartLanes();
            code.loadConstant(0).istore(index);
            Label end = code.newLabel();
            Label top = code.newBoundLabel();
            code.iload(index).iload(N).if_icmpge(end);
            emitScalars();
            emitScalarOutputs(
                    () -> code.iload(index).loadConstant(Finish.LANES - 1).iand());
            code.iinc(index, 1).goto_(top).labelBinding(end);
            emitReductions();
        }
    }
}
