// Products of quantised weights with quantised activations, the same way for one token as for a whole prompt.
//
// Every element's sum has one order, whatever the number of columns and of threads: the products within a sub-block (32 numbers;
// 16 of Q6_K) are added as whole numbers, which is exact, and the sub-blocks follow each other in their order in 32-bit arithmetic.

#include "block-few.h"
#include "block-formats.h"
#include "block-strip.h"
#include "dermgemma-kernels.h"
#include "superblock-formats.h"

#include "ggml-cpu-impl.h"

#include <type_traits>

#ifdef DERMGEMMA_BLOCKS
namespace {

/// Columns up to which weights are used as they lie, four columns at once.
template <typename Format> constexpr int64_t fewColumns = lanes == 8 || Format::length == 32 ? 8 : 4;

/// One product, and the share of it that a thread computes: some rows by all columns. Strides are in blocks.
template <typename Format> struct Share {
    int ith, nth;
    int64_t m, n, blocks;
    const typename Format::Block * A;
    int64_t lda;
    const typename Format::Activation * B;
    int64_t ldb;
    float * C;
    int64_t ldc;

    int64_t subBlocks() const { return blocks * (Format::length / Format::subLength); }
    int64_t columnSize() const { return subBlocks() * recordSize<Format>(1); }

    void compute() const {
        const int64_t most = n < columnsAtOnce ? n : columnsAtOnce;
        char * memory = (char *)workspace((sizeof(Strip) + size_t(most * columnSize()) + 64) / sizeof(float));
        GGML_ASSERT(memory != nullptr);
        Strip & strip = *(Strip *)memory;
        char * panels = memory + sizeof(Strip);
        if (n <= fewColumns<Format>) {
            computeFew(panels);
            return;
        }
        for (int64_t j = 0; j < n; j += columnsAtOnce) {
            computeMany(j, n - j < columnsAtOnce ? n - j : columnsAtOnce, strip, panels);
        }
    }

    void computeFew(char * panels) const {
        const char * records[fewColumns<Format>];
        for (int64_t j = 0; j < n; ++j) {
            char * record = panels + j * columnSize();
            packColumn<Format>(B + j * ldb, subBlocks(), 0, 1, record);
            records[j] = record;
        }
        const int64_t groups = (m + lanes - 1) / lanes;
        for (int64_t g = groups * ith / nth; g < groups * (ith + 1) / nth; ++g) {
            const int64_t i = g * lanes;
            for (int64_t j = 0; j < n; j += 4) {
                const char * const * some = records + j;
                const typename Format::Activation * from = B + j * ldb;
                float * to = C + j * ldc;
                switch (n - j) {
                    case 1: few<Format, 1>(i, m, blocks, A, lda, from, ldb, some, to, ldc); break;
                    case 2: few<Format, 2>(i, m, blocks, A, lda, from, ldb, some, to, ldc); break;
                    case 3: few<Format, 3>(i, m, blocks, A, lda, from, ldb, some, to, ldc); break;
                    default: few<Format, 4>(i, m, blocks, A, lda, from, ldb, some, to, ldc);
                }
            }
        }
    }

    /// Columns j0 ..< j0 + count.
    void computeMany(int64_t j0, int64_t count, Strip & strip, char * panels) const {
        for (int64_t j = 0; j < count; ++j) {
            const int64_t tile = j / tileColumns * tileColumns, columns = count - tile < tileColumns ? count - tile : tileColumns;
            packColumn<Format>(B + (j0 + j) * ldb, subBlocks(), j - tile, columns, panels + tile * columnSize());
        }
        const int64_t strips = (m + stripRows - 1) / stripRows, k = blocks * Format::length;
        for (int64_t t = strips * ith / nth; t < strips * (ith + 1) / nth; ++t) {
            const int64_t i = t * stripRows;
            memset(strip.sums, 0, size_t(count * stripRows) * sizeof(float));
            for (int64_t l = 0; l < k; l += slabLength) {
                const int64_t some = k - l < slabLength ? k - l : slabLength;
                shape<Format>(strip, A, lda, i, m, l, some);
                for (int64_t j = 0; j < count; j += tileColumns) {
                    const int64_t columns = count - j < tileColumns ? count - j : tileColumns;
                    addColumns<Format>(strip, some / Format::subLength, columns,
                                       panels + j * columnSize() + l / Format::subLength * recordSize<Format>(columns),
                                       strip.sums + j * stripRows);
                }
            }
            const size_t rows = size_t(m - i < stripRows ? m - i : stripRows);
            for (int64_t j = 0; j < count; ++j) {
                memcpy(C + (j0 + j) * ldc + i, strip.sums + j * stripRows, rows * sizeof(float));
            }
        }
    }
};

/// False for activations in other blocks than the weights' type goes with.
template <typename Format>
bool start(const struct ggml_compute_params * params, int64_t m, int64_t n, int64_t k, const void * A, int64_t lda, const void * B,
           int64_t ldb, void * C, int64_t ldc, int type) {
    using Block = typename Format::Block;
    using Activation = typename Format::Activation;
    if (type != (std::is_same_v<Activation, block_q8_K> ? GGML_TYPE_Q8_K : GGML_TYPE_Q8_0)) {
        return false;
    }
    Share<Format>{params->ith, params->nth, m, n, k, (const Block *)A, lda, (const Activation *)B, ldb, (float *)C, ldc}.compute();
    return true;
}

} // namespace
#endif

extern "C" bool dermgemma_block_product(const struct ggml_compute_params * params, int64_t m, int64_t n, int64_t k, const void * A,
                                        int64_t lda, const void * B, int64_t ldb, void * C, int64_t ldc, int Atype, int Btype,
                                        int Ctype) {
#ifdef DERMGEMMA_BLOCKS
    if (Ctype != GGML_TYPE_F32 || m < 1) {
        return false;
    }
    switch (Atype) {
        case GGML_TYPE_Q8_0: return start<Q8_0>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        case GGML_TYPE_Q4_0: return start<Q4_0>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        case GGML_TYPE_Q5_0: return start<Q5_0>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        case GGML_TYPE_IQ4_NL: return start<IQ4_NL>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        case GGML_TYPE_IQ4_XS: return start<IQ4_XS>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        case GGML_TYPE_Q4_K: return start<Q4_K>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        case GGML_TYPE_Q5_K: return start<Q5_K>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        case GGML_TYPE_Q6_K: return start<Q6_K>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
        default: return false;
    }
#else
    (void)params, (void)m, (void)n, (void)k, (void)A, (void)lda, (void)B, (void)ldb, (void)C, (void)ldc;
    (void)Atype, (void)Btype, (void)Ctype;
    return false;
#endif
}
