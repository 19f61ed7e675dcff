package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Autograd;
import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.GptConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Published figures: micrograd's example, and the sizes of GPT-2 and GPT-3. */
class PublishedTest {
    private String published;

    @BeforeEach
    void read() throws IOException {
        published = Files.readString(Golden.path("published/published.json"));
    }

    /** The number behind a key, the first one after a place. */
    private double number(String place, String key) {
        Matcher matcher = Pattern.compile("\"" + Pattern.quote(key) + "\"\\s*:\\s*([-0-9.e]+)")
                .matcher(published);
        assertThat(matcher.find(published.indexOf("\"" + place + "\""))).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void microgradsExample() {
        for (DType dtype : DType.values()) {
            Variable a = Variable.of(Tensor.scalar(dtype, -4));
            Variable b = Variable.of(Tensor.scalar(dtype, 2));
            Variable c = a.add(b);
            Variable d = a.mul(b).add(b.pow(3));
            c = c.add(c.add(1));
            c = c.add(c.add(1).sub(a));
            d = d.add(d.mul(2)).add(b.add(a).relu());
            d = d.add(d.mul(3)).add(b.sub(a).relu());
            Variable e = c.sub(d);
            Variable f = e.pow(2);
            Variable g = f.mul(0.5);
            g = g.add(g.constant(10).div(f));
            Gradients gradients = g.backwardRetainingGraph();
            List<Variable> again = Autograd.grad(g, List.of(a, b));
            for (double[] pair : new double[][] {
                {g.item(), number("micrograd", "g")},
                {gradients.of(a).item(), number("micrograd", "dg_da")},
                {gradients.of(b).item(), number("micrograd", "dg_db")},
                {again.get(0).item(), number("micrograd", "dg_da")},
                {again.get(1).item(), number("micrograd", "dg_db")}
            }) {
                assertThat(Math.round(pair[0] * 1e4) / 1e4).isEqualTo(pair[1]); // as it prints them
            }
        }
    }

    @Test
    void gpt2HasItsWeights() {
        assertThat(new Gpt(GptConfig.gpt2()).parameterCount())
                .isEqualTo((long) number("gpt2_124m", "with_biases"))
                .isEqualTo(124_439_808);
        assertThat(new Gpt(GptConfig.gpt2().withBias(false)).parameterCount())
                .isEqualTo((long) number("gpt2_124m", "no_bias_total"));
    }

    /** The sizes of Brown et al. 2020, table 2.1; the width of 13B and the heads of XL are misprinted there. */
    @Test
    void gpt3sHaveTheirWeightsWithoutHavingMemory() {
        Object[][] sizes = {
            {"GPT-3 Small", 12, 768, 12}, {"GPT-3 Medium", 24, 1024, 16}, {"GPT-3 Large", 24, 1536, 16},
            {"GPT-3 XL", 24, 2048, 16}, {"GPT-3 2.7B", 32, 2560, 32}, {"GPT-3 6.7B", 32, 4096, 32},
            {"GPT-3 13B", 40, 5120, 40}, {"GPT-3 175B", 96, 12288, 96}
        };
        for (Object[] size : sizes) {
            var config = GptConfig.of(50257, 2048, (int) size[1], (int) size[3], (int) size[2]);
            assertThat(new Gpt(config).parameterCount()).as((String) size[0]).isEqualTo((long)
                    number("full_counts", (String) size[0]));
        }
        assertThat(new Gpt(GptConfig.gpt3()).parameterCount()).isEqualTo(174_604_259_328L);
    }
}
