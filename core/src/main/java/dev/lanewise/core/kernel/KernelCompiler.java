package dev.lanewise.core.kernel;

import java.util.List;

/** Turns a program into a class whose loop carries it out. */
public interface KernelCompiler {

    /**
     * Generates the class.
     *
     * @param name for people who look at the class or at a profile
     * @param program what to compute
     * @param rowConstants bit o is set if operand o has one value per row
     * @param outputs what becomes of each result
     */
    RowKernel compile(String name, Program program, long rowConstants, List<Reduction> outputs);

    /** How many instructions a program may have; larger ones are compiled in pieces. */
    int largestProgram(List<Reduction> outputs);
}
