// The attention among all patches of an image, with the queries side by side in the vectors: no sum runs across a vector, and
// keys and values are read in the order in which they lie.
//
// A query's numbers depend on the order of the keys alone, tile by tile of `keysAtOnce`: not on the queries beside it, and not on
// the number of threads. In bfloat16, queries (scaled), keys, weights and values are rounded and multiplied in pairs: of neighbouring
// numbers for a score, of neighbouring keys for an output. Scores, their greatest and sums stay in 32 bits.

#include "dermgemma-kernels.h"
#include "image-pairs.h"
#include "image-vectors.h"

#include "ggml-impl.h"
#include "ggml.h"

#ifdef DERMGEMMA_LANES
namespace {

/// Queries from which on an attention is an image's.
constexpr int64_t leastQueries = 1024;
constexpr int64_t panelWidth = int64_t(tileVectors) * lanes;
/// Panels of queries for which a tile of keys and values is widened once.
constexpr int64_t panelsAtOnce = 8;
constexpr int64_t keysAtOnce = 128;
/// Below every score; finite, so that a difference from it is a number.
constexpr float belowAll = -1e30f;

struct Attention {
    const ggml_tensor *q, *k, *v;
    ggml_tensor * dst;
    /// Whether numbers are multiplied in pairs of bfloat16.
    bool inPairs;
    int64_t keyWidth, valueWidth, keys;
    float scale;

    /// From one key to the next, and of each of a panel's queries: numbers or pairs in memory, those that are multiplied.
    int64_t keyStride, keyDepth;

    /// One panel's running state and the working memory for one tile of keys.
    float *queries, *output, *scores, *keyTile, *valueTile, *valueRows;
    float *highest, *total;

    void shape() {
        keyStride = inPairs ? (keyWidth + 2 * lanes - 1) / (2 * lanes) * lanes : keyWidth;
        keyDepth = inPairs ? (keyWidth + 1) / 2 : keyWidth;
    }

    size_t numbersNeeded() const {
        return size_t(panelsAtOnce * panelWidth * (keyStride + valueWidth + 2) + keysAtOnce * (panelWidth + keyStride + valueWidth) +
                      2 * valueWidth);
    }

    void place(float * memory) {
        queries = memory;
        output = queries + panelsAtOnce * panelWidth * keyStride;
        highest = output + panelsAtOnce * panelWidth * valueWidth;
        total = highest + panelsAtOnce * panelWidth;
        scores = total + panelsAtOnce * panelWidth;
        keyTile = scores + keysAtOnce * panelWidth;
        valueTile = keyTile + keysAtOnce * keyStride;
        valueRows = valueTile + keysAtOnce * valueWidth;
    }

    static const char * rowOf(const ggml_tensor * t, int64_t row, int64_t head, int64_t batch) {
        return (const char *)t->data + row * t->nb[1] + head * t->nb[2] + batch * t->nb[3];
    }

    static void widenRow(const ggml_tensor * t, int64_t row, int64_t head, int64_t batch, int64_t count, float * out) {
        const char * p = rowOf(t, row, head, batch);
        if (t->type == GGML_TYPE_F32) {
            widen((const float *)p, count, out);
        } else {
            widenHalf((const uint16_t *)p, count, out);
        }
    }

    /// Widens a tile's keys and values.
    void widenTile(int64_t key, int64_t count, int64_t keyHead, int64_t keyBatch, int64_t valueHead, int64_t valueBatch) {
        for (int64_t r = 0; r < count; ++r) {
            widenRow(k, key + r, keyHead, keyBatch, keyWidth, keyTile + r * keyStride);
            widenRow(v, key + r, valueHead, valueBatch, valueWidth, valueTile + r * valueWidth);
        }
    }

    ALWAYS_INLINE static void clear(Vector (&sums)[tileRows][tileVectors]) {
#pragma GCC unroll 8
        for (int i = 0; i < tileRows; ++i) {
#pragma GCC unroll 3
            for (int u = 0; u < tileVectors; ++u) {
                sums[i][u] = zero();
            }
        }
    }

    /// Writes the scores of keys r ..< r + tileRows; the highest of each query so far.
    ALWAYS_INLINE void keep(const Vector (&sums)[tileRows][tileVectors], int64_t r, int64_t count, Vector (&top)[tileVectors]) {
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

    ALWAYS_INLINE void begin(int64_t p, Vector (&top)[tileVectors], Vector (&sum)[tileVectors]) {
        for (int u = 0; u < tileVectors; ++u) {
            top[u] = load(highest + p * panelWidth + u * lanes);
            sum[u] = load(total + p * panelWidth + u * lanes);
        }
    }

    /// Rescales what was summed before to the highest score so far.
    ALWAYS_INLINE void rescale(int64_t p, const Vector (&top)[tileVectors], Vector (&sum)[tileVectors]) {
        float * out = output + p * panelWidth * valueWidth;
        Vector factor[tileVectors];
        bool hasRisen = false;
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
    }

    ALWAYS_INLINE void end(int64_t p, const Vector (&sum)[tileVectors]) {
        for (int u = 0; u < tileVectors; ++u) {
            store(total + p * panelWidth + u * lanes, sum[u]);
        }
    }

    ALWAYS_INLINE void loadOutput(const float * out, Vector (&sums)[tileRows][tileVectors]) {
#pragma GCC unroll 8
        for (int i = 0; i < tileRows; ++i) {
#pragma GCC unroll 3
            for (int u = 0; u < tileVectors; ++u) {
                sums[i][u] = load(out + i * panelWidth + u * lanes);
            }
        }
    }

    ALWAYS_INLINE void storeOutput(const Vector (&sums)[tileRows][tileVectors], float * out) {
#pragma GCC unroll 8
        for (int i = 0; i < tileRows; ++i) {
#pragma GCC unroll 3
            for (int u = 0; u < tileVectors; ++u) {
                store(out + i * panelWidth + u * lanes, sums[i][u]);
            }
        }
    }

    /// Adds a tile of keys and values to one panel's state.
    __attribute__((__noinline__)) void attend(int64_t p, int64_t count) {
        Vector top[tileVectors], sum[tileVectors];
        begin(p, top, sum);
        for (int64_t r = 0; r < count; r += tileRows) {
            Vector sums[tileRows][tileVectors];
            clear(sums);
            accumulate<tileRows, tileVectors, 0>(keyTile + r * keyStride, keyStride, 1, queries + p * panelWidth * keyStride, keyDepth, sums);
            keep(sums, r, count, top);
        }
        rescale(p, top, sum);
        for (int64_t r = 0; r < count; ++r) {
            for (int u = 0; u < tileVectors; ++u) {
                float * number = scores + r * panelWidth + u * lanes;
                const Vector weight = powerOfTwo(subtract(load(number), top[u]));
                sum[u] = add(sum[u], weight);
                store(number, weight);
            }
        }
        end(p, sum);
        float * out = output + p * panelWidth * valueWidth;
        for (int64_t d = 0; d < valueWidth; d += tileRows) {
            Vector sums[tileRows][tileVectors];
            loadOutput(out + d * panelWidth, sums);
            accumulate<tileRows, tileVectors, 0>(valueTile + d, 1, valueWidth, scores, count, sums);
            storeOutput(sums, out + d * panelWidth);
        }
    }

#ifdef DERMGEMMA_PAIRS
    /// A tile's keys in pairs of their numbers, its values in pairs of keys; zeros where the last one has no other.
    FOR_PAIRS void pairTile(int64_t key, int64_t count, int64_t keyHead, int64_t keyBatch, int64_t valueHead, int64_t valueBatch) {
        for (int64_t r = 0; r < count; ++r) {
            const char * row = rowOf(k, key + r, keyHead, keyBatch);
            for (int64_t x = 0; x < keyWidth; x += pairNumbers) {
                store(keyTile + r * keyStride + x / 2, k->type == GGML_TYPE_F32 ? pairs((const float *)row + x, keyWidth - x)
                                                                                : pairsOfHalf((const uint16_t *)row + x, keyWidth - x));
            }
        }
        float *even = valueRows, *odd = valueRows + valueWidth;
        for (int64_t r = 0; r < count; r += 2) {
            widenRow(v, key + r, valueHead, valueBatch, valueWidth, even);
            if (r + 1 < count) {
                widenRow(v, key + r + 1, valueHead, valueBatch, valueWidth, odd);
            } else {
                memset(odd, 0, size_t(valueWidth) * sizeof(float));
            }
            pairUpRows(even, odd, valueWidth, valueTile + r / 2 * valueWidth);
        }
    }

    /// `attend` in pairs.
    FOR_PAIRS __attribute__((__noinline__)) void attendInPairs(int64_t p, int64_t count) {
        Vector top[tileVectors], sum[tileVectors];
        begin(p, top, sum);
        for (int64_t r = 0; r < count; r += tileRows) {
            Vector sums[tileRows][tileVectors];
            clear(sums);
            accumulatePairs<tileRows, tileVectors, 0>(keyTile + r * keyStride, keyStride, 1, queries + p * panelWidth * keyStride,
                                                      keyDepth, sums);
            keep(sums, r, count, top);
        }
        rescale(p, top, sum);
        for (int64_t r = 0; r < count; r += 2) {
            for (int u = 0; u < tileVectors; ++u) {
                const float * number = scores + r * panelWidth + u * lanes;
                const Vector even = roughPowerOfTwo(subtract(load(number), top[u]));
                const Vector odd = r + 1 < count ? roughPowerOfTwo(subtract(load(number + panelWidth), top[u])) : zero();
                sum[u] = add(add(sum[u], even), odd);
                store(scores + r / 2 * panelWidth + u * lanes, pairUp(even, odd));
            }
        }
        end(p, sum);
        float * out = output + p * panelWidth * valueWidth;
        for (int64_t d = 0; d < valueWidth; d += tileRows) {
            Vector sums[tileRows][tileVectors];
            loadOutput(out + d * panelWidth, sums);
            accumulatePairs<tileRows, tileVectors, 0>(valueTile + d, 1, valueWidth, scores, (count + 1) / 2, sums);
            storeOutput(sums, out + d * panelWidth);
        }
    }
#endif

    void packPanel(const float * from, int64_t stride, int64_t columns, float * panel) {
        const float all = scale * 1.44269504f;
#ifdef DERMGEMMA_PAIRS
        if (inPairs) {
            return packPairs(from, stride, columns, keyWidth, tileVectors, all, panel);
        }
#endif
        packColumns(from, stride, columns, keyWidth, tileVectors, all, panel);
    }

    void take(int64_t key, int64_t count, int64_t panels, int64_t keyHead, int64_t keyBatch, int64_t valueHead, int64_t valueBatch) {
        // A last strip of fewer rows computes with zeros, and its results are not read.
        const int64_t whole = (count + tileRows - 1) / tileRows * tileRows;
        memset(keyTile + count * keyStride, 0, size_t((whole - count) * keyStride) * sizeof(float));
#ifdef DERMGEMMA_PAIRS
        if (inPairs) {
            pairTile(key, count, keyHead, keyBatch, valueHead, valueBatch);
            for (int64_t p = 0; p < panels; ++p) {
                attendInPairs(p, count);
            }
            return;
        }
#endif
        widenTile(key, count, keyHead, keyBatch, valueHead, valueBatch);
        for (int64_t p = 0; p < panels; ++p) {
            attend(p, count);
        }
    }

    /// Some queries of one head, as many as fit.
    void tile(int64_t first, int64_t count, int64_t head, int64_t batch) {
        const char * from = (const char *)q->data + first * q->nb[1] + head * q->nb[2] + batch * q->nb[3];
        const int64_t stride = q->nb[1] / sizeof(float), panels = (count + panelWidth - 1) / panelWidth;
        for (int64_t p = 0; p < panels; ++p) {
            packPanel((const float *)from + p * panelWidth * stride, stride, count - p * panelWidth, queries + p * panelWidth * keyStride);
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
            take(key, some, panels, keyHead, keyBatch, valueHead, valueBatch);
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

/// Where the first thread notes an attention's arithmetic: the last of a tensor's parameters, of which attention has four.
constexpr int choicePlace = GGML_MAX_OP_PARAMS / sizeof(int32_t) - 1;
static_assert(choicePlace > 3);

/// Whether an attention is one of an image's, of a kind that is computed here.
bool isOurs(const ggml_tensor * dst) {
    const ggml_tensor *q = dst->src[0], *k = dst->src[1], *v = dst->src[2];
    float parameters[3]; // scale, largest bias, cap
    memcpy(parameters, dst->op_params, sizeof parameters);
    return q->ne[1] >= leastQueries && k->ne[1] > 0 && dst->src[3] == nullptr && dst->src[4] == nullptr && parameters[1] == 0.0f &&
           parameters[2] == 0.0f && q->type == GGML_TYPE_F32 && k->type == v->type &&
           (k->type == GGML_TYPE_F16 || k->type == GGML_TYPE_F32) && v->ne[0] % tileRows == 0 && k->ne[0] <= 512 && v->ne[0] <= 512;
}

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

extern "C" void dermgemma_begin_attention(struct ggml_tensor * dst) {
#ifdef DERMGEMMA_LANES
    if (isOurs(dst)) {
        dst->op_params[choicePlace] = dermgemma_takes_pairs();
    }
#else
    (void)dst;
#endif
}

extern "C" bool dermgemma_image_attention(struct ggml_tensor * dst, int64_t ir0, int64_t ir1) {
#ifdef DERMGEMMA_LANES
    if (!isOurs(dst)) {
        return false;
    }
    Attention attention{};
    attention.dst = dst;
    const ggml_tensor *q = attention.q = dst->src[0], *k = attention.k = dst->src[1], *v = attention.v = dst->src[2];
    attention.inPairs = dst->op_params[choicePlace] != 0;
    attention.keyWidth = k->ne[0];
    attention.valueWidth = v->ne[0];
    attention.keys = k->ne[1];
    memcpy(&attention.scale, dst->op_params, sizeof attention.scale);
    attention.shape();
    float * memory = workspace(attention.numbersNeeded());
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
