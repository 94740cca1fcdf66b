// The attention among all patches of an image, with the queries side by side in the vectors: no sum runs across a vector, and
// keys and values are read in the order in which they lie.
//
// A query's numbers depend on the order of the keys alone, tile by tile of `keysAtOnce`: not on the queries beside it, and not on
// the number of threads.

#include "dermgemma-kernels.h"
#include "image-vectors.h"

#include "ggml-impl.h"
#include "ggml.h"

#ifdef DERMGEMMA_LANES
namespace {

/// Queries from which on an attention is an image's.
constexpr int64_t leastQueries = 1024;
constexpr int64_t panelWidth = int64_t(tileVectors) * lanes;
/// Panels of queries for which a tile of keys and values is widened once.
constexpr int64_t panelsAtOnce = lanes == 16 ? 4 : 8;
constexpr int64_t keysAtOnce = 128;
/// Below every score; finite, so that a difference from it is a number.
constexpr float belowAll = -1e30f;

struct Attention {
    const ggml_tensor *q, *k, *v;
    ggml_tensor * dst;
    int64_t keyWidth, valueWidth, keys;
    float scale;

    /// One panel's running state and the working memory for one tile of keys.
    float *queries, *output, *scores, *keyTile, *valueTile;
    float *highest, *total;

    static size_t numbersNeeded(int64_t keyWidth, int64_t valueWidth) {
        return size_t(panelsAtOnce * panelWidth * (keyWidth + valueWidth + 2) + keysAtOnce * (panelWidth + keyWidth + valueWidth));
    }

    void place(float * memory) {
        queries = memory;
        output = queries + panelsAtOnce * panelWidth * keyWidth;
        highest = output + panelsAtOnce * panelWidth * valueWidth;
        total = highest + panelsAtOnce * panelWidth;
        scores = total + panelsAtOnce * panelWidth;
        keyTile = scores + keysAtOnce * panelWidth;
        valueTile = keyTile + keysAtOnce * keyWidth;
    }

    static void widenRow(const ggml_tensor * t, int64_t row, int64_t head, int64_t batch, int64_t count, float * out) {
        const char * p = (const char *)t->data + row * t->nb[1] + head * t->nb[2] + batch * t->nb[3];
        if (t->type == GGML_TYPE_F32) {
            widen((const float *)p, count, out);
        } else {
            widenHalf((const uint16_t *)p, count, out);
        }
    }

    /// Scores of a tile of keys, for one panel of queries; returns the highest of each query so far.
    ALWAYS_INLINE void score(const float * panel, int64_t count, Vector (&top)[tileVectors]) {
        for (int64_t r = 0; r < count; r += tileRows) {
            Vector sums[tileRows][tileVectors];
#pragma GCC unroll 8
            for (int i = 0; i < tileRows; ++i) {
#pragma GCC unroll 3
                for (int u = 0; u < tileVectors; ++u) {
                    sums[i][u] = zero();
                }
            }
            accumulate<tileRows, tileVectors, 0>(keyTile + r * keyWidth, keyWidth, 1, panel, keyWidth, sums);
            float * out = scores + r * panelWidth;
#pragma GCC unroll 8
            for (int i = 0; i < tileRows; ++i) {
                const bool isKey = r + i < count;
#pragma GCC unroll 3
                for (int u = 0; u < tileVectors; ++u) {
                    store(out + i * panelWidth + u * lanes, sums[i][u]);
                    if (isKey) {
                        top[u] = maximum(top[u], sums[i][u]);
                    }
                }
            }
        }
    }

    /// Adds a tile of keys and values to one panel's state.
    __attribute__((__noinline__)) void attend(int64_t p, int64_t count) {
        float * out = output + p * panelWidth * valueWidth;
        Vector top[tileVectors], sum[tileVectors];
        bool hasRisen = false;
        for (int u = 0; u < tileVectors; ++u) {
            top[u] = load(highest + p * panelWidth + u * lanes);
            sum[u] = load(total + p * panelWidth + u * lanes);
        }
        score(queries + p * panelWidth * keyWidth, count, top);
        Vector factor[tileVectors];
        for (int u = 0; u < tileVectors; ++u) {
            const Vector before = load(highest + p * panelWidth + u * lanes);
            hasRisen = hasRisen || anyGreater(top[u], before);
            factor[u] = powerOfTwo(subtract(before, top[u]));
            store(highest + p * panelWidth + u * lanes, top[u]);
        }
        if (hasRisen) {
            for (int u = 0; u < tileVectors; ++u) {
                sum[u] = multiply(sum[u], factor[u]);
                for (int64_t d = 0; d < valueWidth; ++d) {
                    float * number = out + d * panelWidth + u * lanes;
                    store(number, multiply(load(number), factor[u]));
                }
            }
        }
        for (int64_t r = 0; r < count; ++r) {
            for (int u = 0; u < tileVectors; ++u) {
                float * number = scores + r * panelWidth + u * lanes;
                const Vector weight = powerOfTwo(subtract(load(number), top[u]));
                sum[u] = add(sum[u], weight);
                store(number, weight);
            }
        }
        for (int u = 0; u < tileVectors; ++u) {
            store(total + p * panelWidth + u * lanes, sum[u]);
        }
        for (int64_t d = 0; d < valueWidth; d += tileRows) {
            Vector sums[tileRows][tileVectors];
#pragma GCC unroll 8
            for (int i = 0; i < tileRows; ++i) {
#pragma GCC unroll 3
                for (int u = 0; u < tileVectors; ++u) {
                    sums[i][u] = load(out + (d + i) * panelWidth + u * lanes);
                }
            }
            accumulate<tileRows, tileVectors, 0>(valueTile + d, 1, valueWidth, scores, count, sums);
#pragma GCC unroll 8
            for (int i = 0; i < tileRows; ++i) {
#pragma GCC unroll 3
                for (int u = 0; u < tileVectors; ++u) {
                    store(out + (d + i) * panelWidth + u * lanes, sums[i][u]);
                }
            }
        }
    }

    /// Some queries of one head, as many as fit.
    void tile(int64_t first, int64_t count, int64_t head, int64_t batch) {
        const char * from = (const char *)q->data + first * q->nb[1] + head * q->nb[2] + batch * q->nb[3];
        const int64_t stride = q->nb[1] / sizeof(float), panels = (count + panelWidth - 1) / panelWidth;
        for (int64_t p = 0; p < panels; ++p) {
            packColumns((const float *)from + p * panelWidth * stride, stride, count - p * panelWidth, keyWidth, tileVectors,
                        scale * 1.44269504f, queries + p * panelWidth * keyWidth);
        }
        memset(output, 0, size_t(panels * panelWidth * valueWidth) * sizeof(float));
        for (int64_t j = 0; j < panels * panelWidth; ++j) {
            highest[j] = belowAll;
            total[j] = 0.0f;
        }
        const int64_t keyHead = head / (q->ne[2] / k->ne[2]), keyBatch = batch / (q->ne[3] / k->ne[3]);
        const int64_t valueHead = head / (q->ne[2] / v->ne[2]), valueBatch = batch / (q->ne[3] / v->ne[3]);
        for (int64_t key = 0; key < keys; key += keysAtOnce) {
            const int64_t some = keys - key < keysAtOnce ? keys - key : keysAtOnce;
            for (int64_t r = 0; r < some; ++r) {
                widenRow(k, key + r, keyHead, keyBatch, keyWidth, keyTile + r * keyWidth);
                widenRow(v, key + r, valueHead, valueBatch, valueWidth, valueTile + r * valueWidth);
            }
            // A last strip of fewer rows computes with zeros, and its results are not read.
            const int64_t whole = (some + tileRows - 1) / tileRows * tileRows;
            memset(keyTile + some * keyWidth, 0, size_t((whole - some) * keyWidth) * sizeof(float));
            for (int64_t p = 0; p < panels; ++p) {
                attend(p, some);
            }
        }
        for (int64_t j = 0; j < count; ++j) {
            const int64_t p = j / panelWidth, c = j % panelWidth;
            const float * sums = output + p * panelWidth * valueWidth + c;
            float * out = (float *)((char *)dst->data + (batch * dst->ne[2] * dst->ne[1] + head + (first + j) * dst->ne[1]) * dst->nb[1]);
            for (int64_t d = 0; d < valueWidth; ++d) {
                out[d] = sums[d * panelWidth] / total[j];
            }
        }
    }
};

} // namespace
#endif

extern "C" bool dermgemma_is_image(int64_t rows) {
#ifdef DERMGEMMA_LANES
    return rows >= leastQueries;
#else
    (void)rows;
    return false;
#endif
}

extern "C" void dermgemma_image_gelu(int n, float * y, const float * x) {
#ifdef DERMGEMMA_LANES
    // x / (1 + e^(-2u)) with u = sqrt(2 / pi) * (x + 0.044715 x^3): e^(-2u) as a power of two.
    const Vector linear = repeat(-2.302208198f), cubic = repeat(-2.302208198f * 0.044715f), one = repeat(1.0f), highest = repeat(126.0f);
    for (int l = 0; l < n; l += lanes) {
        float some[lanes] = {};
        const int count = n - l < lanes ? n - l : lanes;
        if (count < lanes) {
            memcpy(some, x + l, size_t(count) * sizeof(float));
        }
        const Vector a = load(count < lanes ? some : x + l);
        const Vector t = multiply(a, multiplyAdd(multiply(a, a), cubic, linear));
        const Vector result = divide(a, add(one, powerOfTwo(minimum(highest, t))));
        store(count < lanes ? some : y + l, result);
        if (count < lanes) {
            memcpy(y + l, some, size_t(count) * sizeof(float));
        }
    }
#else
    (void)n, (void)y, (void)x;
#endif
}

extern "C" bool dermgemma_image_attention(struct ggml_tensor * dst, int64_t ir0, int64_t ir1) {
#ifdef DERMGEMMA_LANES
    Attention attention{};
    attention.dst = dst;
    const ggml_tensor *q = attention.q = dst->src[0], *k = attention.k = dst->src[1], *v = attention.v = dst->src[2];
    float parameters[3]; // scale, largest bias, cap
    memcpy(parameters, dst->op_params, sizeof parameters);
    const int64_t keyWidth = attention.keyWidth = k->ne[0], valueWidth = attention.valueWidth = v->ne[0];
    const bool isOurs = q->ne[1] >= leastQueries && k->ne[1] > 0 && dst->src[3] == nullptr && dst->src[4] == nullptr &&
                        parameters[1] == 0.0f && parameters[2] == 0.0f && q->type == GGML_TYPE_F32 && k->type == v->type &&
                        (k->type == GGML_TYPE_F16 || k->type == GGML_TYPE_F32) && valueWidth % tileRows == 0 && keyWidth <= 512 &&
                        valueWidth <= 512;
    if (!isOurs) {
        return false;
    }
    attention.keys = k->ne[1];
    attention.scale = parameters[0];
    float * memory = workspace(Attention::numbersNeeded(keyWidth, valueWidth));
    GGML_ASSERT(memory != nullptr);
    attention.place(memory);
    for (int64_t row = ir0; row < ir1;) {
        const int64_t head = row / q->ne[1] % q->ne[2], batch = row / (q->ne[1] * q->ne[2]), first = row % q->ne[1];
        int64_t count = ir1 - row < q->ne[1] - first ? ir1 - row : q->ne[1] - first;
        count = count < panelsAtOnce * panelWidth ? count : panelsAtOnce * panelWidth;
        attention.tile(first, count, head, batch);
        row += count;
    }
    return true;
#else
    (void)dst, (void)ir0, (void)ir1;
    return false;
#endif
}
