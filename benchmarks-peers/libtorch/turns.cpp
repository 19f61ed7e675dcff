// libtorch's part in ./run turns: does one piece of work whenever it is told to, and says how long each call took.
//   turns WORK THREADS
// It prints "ready", then reads lines that each name a number of milliseconds, works for as long, and answers with the
// nanoseconds of a call, one number for each sample; a sample is one call, or as many as take a fifth of a millisecond.
#include <torch/torch.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;
using torch::Tensor;

static double nanoseconds(Clock::time_point from) {
    return std::chrono::duration<double, std::nano>(Clock::now() - from).count();
}

// nanoGPT's model: no biases, exact GELU, the embedding is the last layer too.
struct Gpt {
    struct Block {
        Tensor norm1, queryKeyValue, projection, norm2, up, down;
    };
    int64_t layers, heads, width, context, batch, vocabulary;
    std::vector<Tensor> parameters, averages, squares, steps;
    std::vector<Block> blocks;
    Tensor tokens, positions, lastNorm;

    Tensor weight(std::vector<int64_t> shape, double deviation) {
        parameters.push_back((torch::randn(shape) * deviation).requires_grad_(true));
        return parameters.back();
    }
    Tensor ones() {
        parameters.push_back(torch::ones({width}).requires_grad_(true));
        return parameters.back();
    }
    Gpt(int64_t layers, int64_t heads, int64_t width, int64_t context, int64_t batch, int64_t vocabulary)
        : layers(layers), heads(heads), width(width), context(context), batch(batch), vocabulary(vocabulary) {
        double deviation = 0.02 / std::sqrt(2.0 * layers);
        tokens = weight({vocabulary, width}, 0.02);
        positions = weight({context, width}, 0.02);
        for (int64_t i = 0; i < layers; i++) {
            Block block;
            block.norm1 = ones();
            block.queryKeyValue = weight({3 * width, width}, 0.02);
            block.projection = weight({width, width}, deviation);
            block.norm2 = ones();
            block.up = weight({4 * width, width}, 0.02);
            block.down = weight({width, 4 * width}, deviation);
            blocks.push_back(block);
        }
        lastNorm = ones();
        torch::NoGradGuard none;
        for (auto& parameter : parameters) {
            averages.push_back(torch::zeros_like(parameter));
            squares.push_back(torch::zeros_like(parameter));
            steps.push_back(torch::zeros({}, torch::kFloat));
        }
    }
    Tensor loss(Tensor input, Tensor targets) {
        auto split = [&](Tensor t) { return t.view({batch, context, heads, width / heads}).transpose(1, 2); };
        auto x = at::embedding(tokens, input) + at::embedding(positions, torch::arange(context, torch::kLong));
        for (auto& block : blocks) {
            auto parts = at::linear(at::layer_norm(x, {width}, block.norm1, {}, 1e-5), block.queryKeyValue).split(width, 2);
            auto y = at::scaled_dot_product_attention(split(parts[0]), split(parts[1]), split(parts[2]), {}, 0.0, true);
            x = x + at::linear(y.transpose(1, 2).contiguous().view({batch, context, width}), block.projection);
            x = x + at::linear(at::gelu(at::linear(at::layer_norm(x, {width}, block.norm2, {}, 1e-5), block.up)), block.down);
        }
        x = at::layer_norm(x, {width}, lastNorm, {}, 1e-5);
        return at::cross_entropy_loss(at::linear(x, tokens).view({-1, vocabulary}), targets.view({-1}));
    }
    void step() {
        auto input = torch::randint(vocabulary, {batch, context}, torch::kLong);
        auto value = loss(input, (input + 1).remainder(vocabulary));
        value.backward();
        torch::nn::utils::clip_grad_norm_(parameters, 1.0);
        torch::NoGradGuard none;
        std::vector<Tensor> gradients;
        for (auto& parameter : parameters) gradients.push_back(parameter.grad());
        for (auto& count : steps) count += 1;
        at::_fused_adamw_(parameters, gradients, averages, squares, {}, steps, 1e-3, .9, .95, .1, 1e-8, false, false);
        for (auto& parameter : parameters) parameter.mutable_grad().reset();
        value.item<float>();
    }
};

static std::function<void()> gpt(int64_t layers, int64_t heads, int64_t width, int64_t context, int64_t batch, int64_t vocabulary) {
    auto model = std::make_shared<Gpt>(layers, heads, width, context, batch, vocabulary);
    return [=] { model->step(); };
}

static std::function<void()> step(std::function<Tensor()> loss, std::vector<Tensor> parameters, double rate) {
    auto optimizer = std::make_shared<torch::optim::SGD>(parameters, torch::optim::SGDOptions(rate));
    return [=] {
        optimizer->zero_grad();
        auto value = loss();
        value.backward();
        optimizer->step();
        value.item<float>();
    };
}

template <class Code>
static std::function<void()> withoutGradients(Code code) {
    return [=]() mutable {
        torch::NoGradGuard none;
        code();
    };
}

static std::function<void()> work(const std::string& name) {
    if (name == "nano") return gpt(4, 4, 128, 64, 12, 65);
    if (name == "baby") return gpt(6, 6, 384, 256, 8, 65);
    if (name == "gpt2") return gpt(12, 12, 768, 256, 2, 50257);
    if (name == "mlp") {
        auto images = torch::rand({64, 784});
        auto digits = torch::randint(10, {64}, torch::kLong);
        torch::nn::Sequential model(torch::nn::Linear(784, 128), torch::nn::ReLU(), torch::nn::Linear(128, 10));
        return step([=]() mutable { return at::cross_entropy_loss(model->forward(images), digits); }, model->parameters(), 0.01);
    }
    if (name == "linearRegression") {
        auto x = torch::randn({256, 16}), y = torch::randn({256, 1});
        auto w = torch::randn({16, 1}, torch::requires_grad()), b = torch::zeros({1}, torch::requires_grad());
        return step([=] { return at::mse_loss(at::matmul(x, w) + b, y); }, {w, b}, 0.01);
    }
    if (name == "lstm") {
        torch::nn::LSTM layer(torch::nn::LSTMOptions(256, 256).batch_first(true));
        auto x = torch::randn({32, 128, 256}).requires_grad_(true), gradient = torch::randn({32, 128, 256});
        return [=]() mutable {
            std::get<0>(layer->forward(x)).backward(gradient);
            layer->zero_grad();
            x.mutable_grad().reset();
        };
    }
    if (name == "conv2d") {
        torch::nn::Conv2d layer(torch::nn::Conv2dOptions(64, 64, 3).padding(1));
        auto x = torch::randn({32, 64, 28, 28}).requires_grad_(true), gradient = torch::randn({32, 64, 28, 28});
        return [=]() mutable {
            layer->forward(x).backward(gradient);
            layer->zero_grad();
            x.mutable_grad().reset();
        };
    }
    if (name == "add1000") {
        auto x = torch::randn({1000}), y = torch::randn({1000});
        return withoutGradients([=] { at::add(x, y); });
    }
    auto x = torch::randn({1 << 20}), y = torch::randn({1 << 20}), out = torch::empty({1 << 20});
    if (name == "add") return withoutGradients([=]() mutable { at::add_out(out, x, y); });
    if (name == "exp") return withoutGradients([=]() mutable { at::exp_out(out, x); });
    if (name == "tanh") return withoutGradients([=]() mutable { at::tanh_out(out, x); });
    if (name == "gelu") return withoutGradients([=]() mutable { at::gelu_out(out, x); });
    if (name == "geluTanh") return withoutGradients([=]() mutable { at::gelu_out(out, x, "tanh"); });
    if (name == "softmax" || name == "softmaxWithin") {
        auto a = x.view({1024, 1024}), b = out.view({1024, 1024});
        return withoutGradients([=]() mutable { at::softmax_out(b, a, -1); });
    }
    if (name == "layerNorm" || name == "layerNormWithin") {
        auto a = torch::randn({1024, 768}), weight = torch::randn({768}), bias = torch::randn({768});
        return withoutGradients([=] { at::layer_norm(a, {768}, weight, bias); });
    }
    if (name == "crossEntropy" || name == "crossEntropyGradient") {
        auto logits = torch::randn({1024, 50257});
        auto targets = torch::randint(50257, {1024}, torch::kLong);
        if (name == "crossEntropy") return withoutGradients([=] { at::cross_entropy_loss(logits, targets); });
        logits.requires_grad_(true);
        return [=]() mutable {
            at::cross_entropy_loss(logits, targets).backward();
            logits.mutable_grad().reset();
        };
    }
    if (name == "row50257" || name == "row3072") {
        auto row = torch::randn({1, 768}), weight = torch::randn({name == "row3072" ? 3072 : 50257, 768});
        return withoutGradients([=] { at::linear(row, weight); });
    }
    std::cerr << "libtorch has no work " << name << std::endl;
    std::exit(2);
}

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr << "usage: turns THREADS WORK..." << std::endl;
        return 2;
    }
    at::set_num_threads(std::stoi(arguments[1]));
    torch::manual_seed(1);
    std::vector<std::function<void()>> works;
    std::vector<int> calls; // as many as a sample has
    for (int i = 2; i < count; i++) {
        auto run = work(arguments[i]);
        run();
        auto start = Clock::now();
        run();
        works.push_back(run);
        calls.push_back(std::max(1, (int)(2e5 / nanoseconds(start))));
    }
    std::cout << "ready" << std::endl;
    size_t i;
    double milliseconds;
    while (std::cin >> i >> milliseconds) {
        auto turn = Clock::now();
        do {
            auto sample = Clock::now();
            for (int call = 0; call < calls.at(i); call++) works[i]();
            std::cout << (long)(nanoseconds(sample) / calls[i]) << ' ';
        } while (nanoseconds(turn) < milliseconds * 1e6);
        std::cout << std::endl;
    }
}
