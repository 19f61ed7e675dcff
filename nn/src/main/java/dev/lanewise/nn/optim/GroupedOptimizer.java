package dev.lanewise.nn.optim;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.nn.Parameter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Several optimizers as one, each with its own parameters and settings: PyTorch's parameter groups, of which each may
 * even be another kind of optimizer.
 */
public final class GroupedOptimizer {
    private final List<Optimizer> groups;

    /**
     * The optimizers as one.
     *
     * @throws IllegalArgumentException if two of them adjust the same parameter
     */
    public GroupedOptimizer(Optimizer... groups) {
        this.groups = List.of(groups);
        Set<Parameter> seen = new HashSet<>();
        for (Optimizer group : groups) {
            for (Parameter parameter : group.parameters()) {
                if (!seen.add(parameter)) {
                    throw new IllegalArgumentException(
                            "GroupedOptimizer: two groups adjust %s".formatted(parameter.path()));
                }
            }
        }
    }

    /** The optimizers. */
    public List<Optimizer> groups() {
        return groups;
    }

    /** One step of each. */
    public void step(Gradients gradients) {
        groups.forEach(group -> group.step(gradients));
    }
}
