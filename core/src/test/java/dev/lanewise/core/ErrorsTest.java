package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.of;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What does not fit is refused with a message that names the operation, what was given, and the mend. */
class ErrorsTest {
    private static final Tensor X = Tensor.zeros(2, 3);

    @ParameterizedTest(name = "{0}")
    @MethodSource({
        "wrongShapes",
        "wrongAxes",
        "wrongNumbers",
        "wrongIndices",
        "wrongWindows",
        "wrongEquations",
        "wrongImagesAndPlaces"
    })
    void isRefused(String message, Class<? extends Exception> type, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContaining(message);
    }

    private static Arguments argument(String message, ThrowingCallable call) {
        return of(message, IllegalArgumentException.class, call);
    }

    private static Arguments index(String message, ThrowingCallable call) {
        return of(message, IndexOutOfBoundsException.class, call);
    }

    static Stream<Arguments> wrongWindows() {
        Tensor image = Tensor.zeros(1, 4, 5, 6);
        Tensor weight = Tensor.zeros(6, 4, 3, 3);
        return Stream.of(
                argument(
                        "conv2d: input [2, 3] and weight [6, 4, 3, 3], expected 4 axes each",
                        () -> X.conv2d(weight, null, Sliding.DENSE)),
                argument(
                        "conv: input [1, 4, 5, 6] has 4 channels, but weight [6, 4, 3, 3] with 2 groups takes 8 and gives 6",
                        () -> image.conv(weight, null, 2, List.of(Sliding.DENSE, Sliding.DENSE))),
                argument(
                        "conv: bias has shape [4], expected [6]",
                        () -> image.conv2d(weight, Tensor.zeros(4), Sliding.DENSE)),
                argument(
                        "conv: no window of weight [6, 4, 3, 3] fits axis 2",
                        () -> image.conv2d(weight, null, Sliding.DENSE.withDilation(3))),
                argument(
                        "convTranspose: [1] elements more, expected 2 numbers",
                        () -> image.convTranspose(
                                Tensor.zeros(4, 2, 3, 3), null, 1, List.of(Sliding.DENSE, Sliding.DENSE), new int[] {1
                                })),
                argument(
                        "maxPool: no window of size 7 fits axis 2 of shape [1, 4, 5, 6]",
                        () -> image.maxPool2d(7, Sliding.DENSE)),
                argument(
                        "or one of them is nothing but padding",
                        () -> image.maxPool2d(2, Sliding.DENSE.withPadding(2))),
                argument("adaptiveAvgPool: size 0 for axis 3", () -> image.adaptiveAvgPool(2, 0)),
                argument(
                        "unfold: windows of size 4, step 1, dilation 1 do not fit axis 1 of shape [2, 3]",
                        () -> X.unfold(1, 4, 1)),
                argument("unfold: windows of size 2, step 0", () -> X.unfold(1, 2, 0)),
                argument("pad: -2 and -2 cut more than the 3 elements of axis 1", () -> X.pad(1, -2, -2)),
                argument(
                        "padReflect: 3 and 0 do not fit axis 1 of shape [2, 3]: expected 0 to 2 of each",
                        () -> X.padReflect(1, 3, 0)),
                argument("padCircular: -1 and 0 do not fit", () -> X.padCircular(1, -1, 0)),
                argument("Sliding: stride 1 and dilation 0", () -> Sliding.DENSE.withDilation(0)),
                index("axis 2 is out of range", () -> X.pad(2, 1, 1)));
    }

    static Stream<Arguments> wrongEquations() {
        return Stream.of(
                argument(
                        "einsum: equation \"ij,jk->ik\" names 2 operands, given were 1",
                        () -> TensorOps.einsum("ij,jk->ik", List.of(X))),
                argument(
                        "einsum: equation \"ijk->i\" has ijk for an operand of shape [2, 3]",
                        () -> TensorOps.einsum("ijk->i", List.of(X))),
                argument(
                        "einsum: equation \"ii->i\" needs axes of one size for i, but there are 2 and 3",
                        () -> TensorOps.einsum("ii->i", List.of(X))),
                argument(
                        "einsum: equation \"ij->ik\" has k in its result twice, or in no operand",
                        () -> TensorOps.einsum("ij->ik", List.of(X))),
                argument(
                        "einsum: equation \"i1->i\" has '1' where a letter",
                        () -> TensorOps.einsum("i1->i", List.of(X))),
                argument(
                        "einsum: equation \"\" names 1 operands, given were 0",
                        () -> TensorOps.einsum("", List.<Tensor>of())),
                argument("layerNorm: 3 axes of shape [2, 3], expected 1 to 2", () -> X.layerNorm(3, null, null, 1e-5)),
                argument("rmsNorm: weight of shape [2] does not fit", () -> X.rmsNorm(Tensor.zeros(2), 1e-5)),
                argument(
                        "groupNorm: the channels, axis 1 of shape [2, 3], do not divide into 2 groups",
                        () -> X.groupNorm(2, null, null, 1e-5)),
                argument(
                        "batchNorm: [2] numbers do not fit the channels, axis 1, of shape [2, 3]",
                        () -> X.batchNorm(Tensor.zeros(3), Tensor.zeros(2), null, null, 1e-5)),
                argument("norm: p is NaN, expected a number", () -> X.norm(Double.NaN, Axes.all())),
                argument(
                        "norm: axes [0] of shape [0, 3] hold no element, of which there is no norm with p = -1.0",
                        () -> Tensor.zeros(0, 3).norm(-1, Axes.of(0))),
                argument("cdist: p is -1.0, expected 0 or more", () -> X.cdist(X, -1)),
                argument("hardTanh: low 2.0 is not at or below high 1.0", () -> X.hardTanh(2, 1)),
                argument(
                        "tril: shape [3] has fewer than two axes",
                        () -> Tensor.zeros(3).tril(0)),
                argument("diagonal: axes 1 and -1 of shape [2, 3] are the same", () -> X.diagonal(0, 1, -1)),
                argument("topK: k is 4, but axis 1 of shape [2, 3] has 3 elements", () -> X.topK(1, 4, true)),
                argument(
                        "argmax: axis 0 of shape [0, 3] holds no element",
                        () -> Tensor.zeros(0, 3).max(0)),
                argument(
                        "index, indices: shapes [3] and [2] do not broadcast",
                        () -> X.index(IntTensor.of(0, 0, 0), IntTensor.of(0, 1))),
                argument(
                        "index: 3 indices given for the axes of shape [2, 3], expected 1 to 2",
                        () -> X.index(IntTensor.of(0), IntTensor.of(0), IntTensor.of(0))),
                index(
                        "index: index 3 at position 0 of [1] is not along axis 1",
                        () -> X.index(IntTensor.of(0), IntTensor.of(3))),
                argument(
                        "indexAdd: indices of shape [1] and a source of shape [2, 3] do not fit",
                        () -> X.indexAdd(0, IntTensor.of(0), X)),
                index("oneHot: class 3 at position 1", () -> IntTensor.of(0, 3).oneHot(3)),
                argument(
                        "maskedSelect: shapes [2, 3] and [4] do not broadcast",
                        () -> X.maskedSelect(IntTensor.of(1, 0, 1, 0))));
    }

    static Stream<Arguments> wrongImagesAndPlaces() {
        Tensor grid = Tensor.zeros(1, 2, 2, 3);
        List<Sliding> dense = List.of(Sliding.DENSE);
        return Stream.of(
                argument(
                        "lpPool: p is 0.0, expected a number above 0",
                        () -> X.lpPool(0, new int[] {2}, List.of(Sliding.DENSE))),
                argument(
                        "maxUnpool: places of shape [1] and 1 sizes do not fit shape [2, 3]",
                        () -> X.maxUnpool(IntTensor.of(0), 6)),
                index(
                        "maxUnpool: place 7 at position 1",
                        () -> Tensor.zeros(1, 2).maxUnpool(IntTensor.of(Shape.of(1, 2), 0, 7), 6)),
                argument(
                        "localResponseNorm: size 0 and shape [2, 3], expected a size of 1 or more",
                        () -> X.localResponseNorm(0, 1, 1, 1)),
                argument(
                        "has partial windows, which pooling alone knows",
                        () -> Tensor.zeros(1, 1, 4)
                                .conv1d(
                                        Tensor.zeros(1, 1, 2),
                                        null,
                                        Sliding.by(2).withPartial(true))),
                argument(
                        "pixelShuffle: the channels, axis -3 of shape [2, 6, 1, 1], do not divide by 2 · 2",
                        () -> Tensor.zeros(2, 6, 1, 1).pixelShuffle(2)),
                argument(
                        "pixelUnshuffle: the last two axes of shape [1, 2, 3] do not divide by 2",
                        () -> Tensor.zeros(1, 2, 3).pixelUnshuffle(2)),
                argument(
                        "imageToColumns: no window of size 5 fits axis 0 of an image of sizes [4]",
                        () -> Tensor.zeros(1, 1, 4).imageToColumns(new int[] {5}, dense)),
                argument(
                        "columnsToImage: columns of shape [1, 2, 9], expected [batch, channels · 2, 3]",
                        () -> Tensor.zeros(1, 2, 9).columnsToImage(new int[] {4}, new int[] {2}, dense)),
                argument(
                        "resample: axis 1 of shape [2, 3] is empty, or one of 1 positions is not finite",
                        () -> X.resample(1, new double[] {Double.NaN}, Interpolation.LINEAR)),
                argument(
                        "interpolateNearest: sizes [0] for the last axes of shape [2, 3]",
                        () -> X.interpolateNearest(0)),
                argument(
                        "interpolate: sizes [-1] for the last axes of shape [2, 3]",
                        () -> X.interpolate(new int[] {-1}, Interpolation.LINEAR, false, false)),
                argument("Interpolation: stretch 0.5", () -> Interpolation.LINEAR.withStretch(0.5)),
                argument(
                        "gridSample: image [1, 1, 2, 2] and grid [1, 2, 2, 3] do not fit",
                        () -> Tensor.zeros(1, 1, 2, 2).gridSample(grid, GridSampling.DEFAULTS)),
                argument(
                        "affineGrid: maps of shape [2, 3] for sizes [2, 2]",
                        () -> X.affineGrid(new int[] {2, 2}, false)),
                argument("repeatInterleave: count 0 is not positive", () -> X.repeatInterleave(0, 0)),
                argument(
                        "scatter: indices have shape [1, 1], the source [2, 3]; expected the same",
                        () -> X.scatter(0, IntTensor.of(Shape.of(1, 1), 0), X)),
                index(
                        "scatterReduce: index 2 at position 0",
                        () -> X.scatterReduce(0, IntTensor.of(Shape.of(1, 1), 2), Tensor.zeros(1, 1), (a, b) -> a)),
                argument(
                        "indexPut: the source has shape [2, 3], expected [1, 3] for these indices",
                        () -> X.indexPut(X, IntTensor.of(0))),
                argument(
                        "attention: mask [2] does not broadcast to the pairs of queries and keys, [2, 4]",
                        () -> X.attention(Tensor.zeros(4, 3), Tensor.zeros(4, 3), Tensor.zeros(2), 1)),
                argument("rmsNorm: weight has shape [2], expected [2, 3]", () -> X.rmsNorm(2, Tensor.zeros(2), 1e-5)));
    }

    static Stream<Arguments> wrongShapes() {
        Tensor y = Tensor.zeros(2, 4);
        Tensor exact = Tensor.zeros(DType.FLOAT64, Shape.of(2, 3));
        Formula two = Formula.of("two", (a, b) -> a.add(b));
        return Stream.of(
                argument("add: shapes [2, 3] and [2, 4] do not broadcast: sizes 3 and 4 at axis -1", () -> X.add(y)),
                argument("where: shapes", () -> X.where(X, y)),
                argument(
                        "mul: operands are of types FLOAT32 and FLOAT64; convert one of them with to(FLOAT32)",
                        () -> X.mul(exact)),
                argument("matmul: operands are of types FLOAT32 and FLOAT64", () -> X.matmul(exact.transpose())),
                argument("concat: operands are of types", () -> Tensor.concat(0, List.of(X, exact))),
                argument("two: takes 2 operands [x, y], given were 1", () -> X.map(two)),
                argument(
                        "matmul: inner sizes differ, [2, 3] x [2, 4] (3 ≠ 2); transpose the left operand?",
                        () -> X.matmul(y)),
                argument(
                        "matmul: inner sizes differ, [2, 3] x [4, 3] (3 ≠ 4); transpose the right operand?",
                        () -> X.matmul(Tensor.zeros(4, 3))),
                argument("matmul: inner sizes differ, [2, 3] x [5, 4] (3 ≠ 5)", () -> X.matmul(Tensor.zeros(5, 4))),
                argument(
                        "matmul: the leading axes of [2, 2, 3] x [5, 3, 2] do not fit",
                        () -> Tensor.zeros(2, 2, 3).matmul(Tensor.zeros(5, 3, 2))),
                argument(
                        "matmul: [] x [2, 3] has a scalar operand; multiply by a scalar with mul",
                        () -> Tensor.scalar(1).matmul(X)),
                argument(
                        "linear: input [2, 3] does not fit weight [5, 4]; expected [.., in] and [out, in]",
                        () -> X.linear(Tensor.zeros(5, 4), null)),
                argument("dot: expected two vectors of one length, got [2, 3] and [2, 3]", () -> X.dot(X)),
                argument("outer: expected two vectors, got [2, 3] and [3]", () -> X.outer(Tensor.zeros(3))),
                argument("expand: shape [2, 3] does not broadcast to [2, 4]", () -> X.expand(Shape.of(2, 4))),
                argument("expand: shape [2, 3] does not broadcast to [3]", () -> X.expand(Shape.of(3))),
                argument("sumTo: shape [4] does not broadcast to [2, 3]", () -> X.sumTo(Shape.of(4))),
                argument("reshape: [2, 3] has 6 elements, [4, 2] has 8", () -> X.reshape(4, 2)),
                argument("reshape: [-1, -1] leaves two sizes (-1) to be worked out", () -> X.reshape(-1, -1)),
                argument("reshape: the 6 elements of [2, 3] do not divide into [4, -1]", () -> X.reshape(4, -1)),
                argument("shape: size -2 in", () -> X.reshape(-2, 3)),
                argument("squeeze: axis 1 of shape [2, 3] has size 3, expected 1", () -> X.squeeze(1)),
                argument(
                        "transpose: shape [3] has fewer than two axes",
                        () -> Tensor.zeros(3).transpose()),
                argument("concat: no tensors given", () -> Tensor.concat(0, List.of())),
                argument(
                        "concat: shapes [2, 3] and [2, 4] differ at an axis other than 0",
                        () -> Tensor.concat(0, List.of(X, y))),
                argument(
                        "stack: shapes [2, 3] and [2, 4] differ, expected equal ones",
                        () -> Tensor.stack(0, List.of(X, y))),
                argument("stack: no tensors given", () -> Tensor.stack(0, List.of())),
                argument(
                        "layerNorm: weight or bias has shape [2], expected [3] to fit input [2, 3]",
                        () -> X.layerNorm(Tensor.ones(2), null, 1e-5)),
                argument(
                        "layerNorm: a bias without a weight; give a weight of ones",
                        () -> X.layerNorm(null, Tensor.ones(3), 1e-5)),
                argument(
                        "layerNorm: a scalar has no axis to normalise over",
                        () -> Tensor.scalar(1).layerNorm(null, null, 1e-5)),
                argument(
                        "crossEntropy: targets of shape [3] do not fit logits [2, 3]",
                        () -> X.crossEntropy(IntTensor.of(0, 1, 2), -1)),
                argument(
                        "attention: queries [2, 3], keys [2, 4] and values [2, 3] do not fit",
                        () -> X.attention(y, X, false, 1)),
                argument(
                        "attention: queries [2, 3], keys [4, 3] and values [2, 3] do not fit",
                        () -> X.attention(Tensor.zeros(4, 3), X, false, 1)),
                argument(
                        "attention, leading axes of queries and keys: shapes [2] and [3] do not broadcast",
                        () -> Tensor.zeros(2, 1, 3).attention(Tensor.zeros(3, 2, 3), X, false, 1)),
                argument(
                        "attention, leading axes with those of values: shapes [2] and [3] do not broadcast",
                        () -> Tensor.zeros(2, 1, 3).attention(Tensor.zeros(2, 3), Tensor.zeros(3, 2, 3), false, 1)),
                argument(
                        "attention with mask [5, 2, 4]: shapes [3, 2, 4] and [5, 2, 4] do not broadcast",
                        () -> X.attention(Tensor.zeros(3, 4, 3), Tensor.zeros(4, 3), Tensor.zeros(5, 2, 4), 1)),
                argument(
                        "attention: causal, but 2 queries outnumber 1 keys",
                        () -> X.attention(Tensor.zeros(1, 3), Tensor.zeros(1, 3), true, 1)),
                argument(
                        "indexSelect: indices have shape [1, 1], expected one axis or a single index",
                        () -> X.indexSelect(0, IntTensor.of(Shape.of(1, 1), 0))),
                argument(
                        "embedding: the table has shape [3], expected two axes [rows, size]",
                        () -> Tensor.zeros(3).embedding(IntTensor.of(0))),
                argument("gather: indices of shape [2] do not fit shape [2, 3]", () -> X.gather(0, IntTensor.of(0, 1))),
                argument(
                        "gather: indices of shape [1, 4] do not fit shape [2, 3]",
                        () -> X.gather(0, IntTensor.of(Shape.of(1, 4), 0, 0, 0, 0))),
                argument(
                        "scatterAdd: indices have shape [1, 1], the source [1, 2]; expected the same",
                        () -> X.scatterAdd(0, IntTensor.of(Shape.of(1, 1), 0), Tensor.zeros(1, 2))));
    }

    static Stream<Arguments> wrongAxes() {
        return Stream.of(
                index("axis 2 is out of range for shape [2, 3]: expected -2 to 1", () -> X.sum(2)),
                index("axis -3 is out of range for shape [2, 3]", () -> X.softmax(-3)),
                index("axis 2 is out of range for shape [2, 3]", () -> X.cumSum(2)),
                index("axis 2 is out of range for shape [2, 3]", () -> X.slice(2, 0, 1)),
                index("axis 5 is out of range for shape [2, 3]", () -> X.flip(0, 5)),
                index("axis 2 is out of range for shape [2, 3]", () -> X.transpose(0, 2)),
                index("axis 2 is out of range for shape [2, 3]", () -> Tensor.concat(2, List.of(X, X))),
                index("axis 4 is out of range for a new axis of shape [2, 3]: expected -3 to 2", () -> X.unsqueeze(4)),
                index("axis 1: a scalar has no axes", () -> Tensor.scalar(1).sum(1)),
                index("axis 2 is out of range for shape [2, 3]", () -> X.argmax(2)),
                index("axis 2 is out of range for shape [2, 3]", () -> X.sort(2, false)),
                argument(
                        "permute: order [0, 0] does not name each of the 2 axes of [2, 3] once", () -> X.permute(0, 0)),
                argument("permute: order [1] does not name each", () -> X.permute(1)),
                argument("flatten: axis 0 comes before axis 1 of shape [2, 3]", () -> X.flatten(1, 0)));
    }

    static Stream<Arguments> wrongNumbers() {
        return Stream.of(
                argument("clamp: low NaN", () -> X.clamp(Double.NaN, 1)),
                argument("clamp: low 0.0 and high NaN", () -> X.clamp(0, Double.NaN)),
                argument("slice: step 0 is not positive", () -> X.slice(0, 0, 1, 0)),
                argument("split: sizes [1, 1] add up to 2, axis 1 of shape [2, 3] has 3", () -> X.split(1, 1, 1)),
                argument("split: size -1 in [4, -1] is negative", () -> X.split(1, 4, -1)),
                argument("chunk: 0 pieces of axis 1 of shape [2, 3], expected 1 or more", () -> X.chunk(1, 0)),
                argument("repeat: count 0 is not positive", () -> X.repeat(0, 0)),
                argument("layerNorm: epsilon -1.0 is not a number of at least 0", () -> X.layerNorm(null, null, -1)),
                argument("more than 2^31-1 elements", () -> Tensor.zeros(1).expand(Shape.of(1 << 16, 1 << 16))),
                argument(
                        "more than 2^31-1 elements",
                        () -> Tensor.zeros(1 << 16, 1).matmul(Tensor.zeros(1, 1 << 16))));
    }

    static Stream<Arguments> wrongIndices() {
        return Stream.of(
                index("slice: 1 to 4 is not within axis 1 of shape [2, 3] (size 3)", () -> X.slice(1, 1, 4)),
                index("slice: 2 to 1 is not within axis 1", () -> X.slice(1, 2, 1)),
                index("slice: -4 to 2 is not within axis 1", () -> X.slice(1, -4, 2)),
                index(
                        "select: index 3 is out of range for axis 1 of shape [2, 3]: expected -3 to 2",
                        () -> X.select(1, 3)),
                index(
                        "indexSelect: index 3 at position 1 of [2] is out of range: expected 0 to 2",
                        () -> X.indexSelect(1, IntTensor.of(0, 3))),
                index(
                        "index 2 at position 0 of [1] is out of range: expected 0 to 1",
                        () -> X.embedding(IntTensor.of(2))),
                index(
                        "gather: index -1 at position 0 of [1, 1] is out of range: expected 0 to 1",
                        () -> X.gather(0, IntTensor.of(Shape.of(1, 1), -1))),
                index(
                        "scatterAdd: index 5 at position 0",
                        () -> X.scatterAdd(1, IntTensor.of(Shape.of(1, 1), 5), Tensor.zeros(1, 1))),
                index(
                        "crossEntropy: target 3 at row 1 is out of range: expected 0 to 2, or -1 for rows to ignore",
                        () -> X.crossEntropy(IntTensor.of(0, 3), -1)),
                index(
                        "crossEntropy: target 3 at row 1",
                        () -> X.to(DType.FLOAT64).crossEntropy(IntTensor.of(0, 3), -1)),
                of("argmax: axis 1 of shape [2, 0] holds no element", IllegalArgumentException.class, (ThrowingCallable)
                        () -> Tensor.zeros(2, 0).argmax(1)),
                of("amax: axes [1] of shape [2, 0] hold no element", IllegalArgumentException.class, (ThrowingCallable)
                        () -> Tensor.zeros(2, 0).amax(Axes.of(1))));
    }

    /** Not refused: what is empty and still makes sense. */
    @Test
    void emptyTensorsAreFineWhereTheyMakeSense() {
        Tensor none = Tensor.zeros(0, 3);
        assertThat(none.add(Tensor.ones(3)).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(none.sum(0)).isEqualTo(Tensor.zeros(3));
        assertThat(none.amax(Axes.of(1)).shape()).isEqualTo(Shape.of(0));
        assertThat(none.softmax(1).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(none.transpose().matmul(none)).isEqualTo(Tensor.zeros(3, 3));
        assertThat(none.matmul(Tensor.ones(3, 2)).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(none.layerNorm(Tensor.ones(3), Tensor.zeros(3), 1e-5).shape())
                .isEqualTo(Shape.of(0, 3));
        assertThat(none.crossEntropy(IntTensor.of(), -1).shape()).isEqualTo(Shape.of(0));
        assertThat(none.reshape(3, 0).transpose().shape()).isEqualTo(Shape.of(0, 3));
        assertThat(none.cumSum(0).sort(0, true).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(none.argmax(1).shape()).isEqualTo(Shape.of(0));
        assertThat(Tensor.concat(0, List.of(none, Tensor.ones(1, 3)))).isEqualTo(Tensor.ones(1, 3));
        assertThat(Tensor.ones(2, 3).embedding(IntTensor.of()).shape()).isEqualTo(Shape.of(0, 3));
    }
}
