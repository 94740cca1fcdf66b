// Products of quantised weights with quantised activations, the same way for one token as for a whole prompt.
//
// Every element's sum has one order, whatever the number of columns and of threads: the products within a block (of 32 numbers or of
// 256, there times the scales of its sub-blocks) are added as whole numbers, which is exact, and the blocks follow each other in their
// order in 32-bit arithmetic.

#include "block-few.h"
#include "block-formats.h"
#include "block-rows.h"
#include "dermgemma-kernels.h"
#include "superblock-few.h"
#include "superblock-four.h"
#include "superblock-strip.h"

#include "ggml-cpu-impl.h"

#include <type_traits>

#ifdef DERMGEMMA_BLOCKS
namespace {

/// Columns up to which weights are used as they lie, two or four columns at once.
template <typename Format> constexpr int64_t fewColumns = lanes == 8 || addsFour || Format::length == 32 ? 8 : 4;

/// Jobs that a thread begins with, of few columns: 64 rows on processors with AVX-512, at most sixteen times as many.
constexpr int64_t leastGroups = 4, mostGroups = 64;

/// Whether the product that this thread computes next is the only one of its step, so that threads may take its rows as they get ready.
thread_local bool isAlone = false;

/// One product, and what of it a thread computes: some rows by all columns. Strides are in blocks.
template <typename Format> struct Share {
    const struct ggml_compute_params * params;
    bool inTurn;  // rows are dealt out before the product begins
    int64_t m, n, blocks;
    const typename Format::Block * A;
    int64_t lda;
    const typename Format::Activation * B;
    int64_t ldb;
    float * C;
    int64_t ldc;

    static constexpr bool large = Format::length == 256;

    /// Of a block's activations in `columns` columns.
    static constexpr int64_t blockSize(int64_t columns) {
        if constexpr (large) {
            return blockRecordSize<Format>(columns);
        } else {
            return recordSize<Format>(columns);
        }
    }
    int64_t columnSize() const { return blocks * blockSize(1); }

    void pack(int64_t column, int64_t c, int64_t columns, char * to) const {
        if constexpr (large) {
            packBlocks<Format>(B + column * ldb, blocks, c, columns, to);
        } else {
            packColumn<Format>(B + column * ldb, blocks, c, columns, to);
        }
    }

    void compute() const {
        const int64_t most = n < columnsAtOnce ? n : columnsAtOnce;
        const size_t needed = n <= fewColumns<Format> ? fewSize() : sizeof(Strip) + size_t(most * columnSize());
        char * memory = (char *)workspace(needed / sizeof(float) + 16);
        GGML_ASSERT(memory != nullptr);
        if (n <= fewColumns<Format>) {
            computeFew(memory);
            return;
        }
        Strip & strip = *(Strip *)memory;
        char * panels = memory + sizeof(Strip);
        const int64_t strips = (m + stripRows - 1) / stripRows;
        int64_t packed = -1;
        forJobs((n + columnsAtOnce - 1) / columnsAtOnce * strips, [&](int64_t job) {
            const int64_t j = job / strips * columnsAtOnce, count = n - j < columnsAtOnce ? n - j : columnsAtOnce;
            if (packed != j) {
                packMany(j, count, panels);
                packed = j;
            }
            computeStrip(job % strips * stripRows, j, count, strip, panels);
        });
    }

    /// Of the memory for few columns, in bytes.
    size_t fewSize() const {
        if constexpr (large) {
#ifdef DERMGEMMA_FOURS
            if (n > 2) {
                return size_t((n + 3) / 4 * blocks) * sizeof(FourColumns<Format>);
            }
#endif
            return size_t(n * blocks) * sizeof(BlockColumn<Format>);
        } else {
            return isByRows() ? size_t(eights()) * sizeof(EightBlocks<Format>) : size_t(n * columnSize());
        }
    }

    /// Whether the only column takes one short row after the other.
    bool isByRows() const { return n == 1 && blocks <= blocksInShortRow; }
    int64_t eights() const { return (blocks + blocksTogether - 1) / blocksTogether; }

    void computeFew(char * memory) const {
        if constexpr (large) {
#ifdef DERMGEMMA_FOURS
            if (n > 2) {
                return computeInFours((FourColumns<Format> *)memory);
            }
#endif
            computeInPairs((BlockColumn<Format> *)memory);
        } else if (isByRows()) {
            EightBlocks<Format> * column = (EightBlocks<Format> *)memory;
            for (int64_t b = 0; b < eights(); ++b) {
                column[b].read(B + b * blocksTogether, blocks - b * blocksTogether);
            }
            forGroups([&](int64_t i) { oneByRows<Format>(i, m, blocks, A, lda, column, C); });
        } else {
            const char * records[fewColumns<Format>];
            for (int64_t j = 0; j < n; ++j) {
                records[j] = memory + j * columnSize();
                pack(j, 0, 1, memory + j * columnSize());
            }
            forGroups([&](int64_t i) {
                for (int64_t j = 0; j < n; j += 4) {
                    const auto take = n - j == 1 ? few<Format, 1> : n - j == 2 ? few<Format, 2> : n - j == 3 ? few<Format, 3> : few<Format, 4>;
                    take(i, m, blocks, A, lda, B + j * ldb, ldb, records + j, C + j * ldc, ldc);
                }
            });
        }
    }

    /// Calls `body` for each of this thread's jobs, ever later ones. Beside other work one thread may get half as far as another in the
    /// same time, so that each takes the next job when it is ready; the first `nth` are taken by number (ggml_compute_forward_mul_mat).
    template <typename Body> void forJobs(int64_t jobs, Body body) const {
        const int64_t ith = params->ith, nth = params->nth;
        if (inTurn) {
            for (int64_t job = jobs * ith / nth; job < jobs * (ith + 1) / nth; ++job) {
                body(job);
            }
        } else {
            for (int64_t job = ith; job < jobs; job = ggml_threadpool_chunk_add(params->threadpool, 1)) {
                body(job);
            }
        }
    }

    /// Calls `body` for this thread's groups of `lanes` rows.
    template <typename Body> void forGroups(Body body) const {
        const int64_t groups = (m + lanes - 1) / lanes, wanted = groups / (32 * params->nth);
        const int64_t each = wanted < leastGroups ? leastGroups : wanted < mostGroups ? wanted : mostGroups;
        forJobs((groups + each - 1) / each, [&](int64_t job) {
            for (int64_t g = job * each; g < (job + 1) * each && g < groups; ++g) {
                body(g * lanes);
            }
        });
    }

    template <typename Column> void computeInPairs(Column * packed) const {
        for (int64_t j = 0; j < n; ++j) {
            for (int64_t b = 0; b < blocks; ++b) {
                packed[j * blocks + b].read(B[j * ldb + b]);
            }
        }
        forGroups([&](int64_t i) {
            for (int64_t j = 0; j < n; j += 2) {
                const auto take = n - j == 1 ? fewOfBlocks<Format, 1> : fewOfBlocks<Format, 2>;
                take(i, m, blocks, A, lda, packed + j * blocks, C + j * ldc, ldc);
            }
        });
    }

#ifdef DERMGEMMA_FOURS
    template <typename Columns> void computeInFours(Columns * packed) const {
        for (int64_t j = 0; j < n; j += 4) {
            for (int64_t b = 0; b < blocks; ++b) {
                const block_q8_K * of[4];
                for (int64_t c = 0; c < 4; ++c) {
                    of[c] = B + (j + c < n ? j + c : n - 1) * ldb + b;
                }
                packed[j / 4 * blocks + b].read(of);
            }
        }
        forGroups([&](int64_t i) {
            for (int64_t j = 0; j < n; j += 4) {
                fourOfBlocks<Format>(i, m, blocks, A, lda, packed + j / 4 * blocks, C + j * ldc, ldc, n - j < 4 ? n - j : 4);
            }
        });
    }
#endif

    /// Columns j0 ..< j0 + count, in tiles.
    void packMany(int64_t j0, int64_t count, char * panels) const {
        for (int64_t j = 0; j < count; ++j) {
            const int64_t tile = j / tileColumns * tileColumns, columns = count - tile < tileColumns ? count - tile : tileColumns;
            pack(j0 + j, j - tile, columns, panels + tile * columnSize());
        }
    }

    /// `stripRows` rows from the i-th on, by those columns.
    void computeStrip(int64_t i, int64_t j0, int64_t count, Strip & strip, const char * panels) const {
        const int64_t k = blocks * Format::length;
        memset(strip.sums, 0, size_t(count * stripRows) * sizeof(float));
        for (int64_t l = 0; l < k; l += slabLength) {
            const int64_t some = k - l < slabLength ? k - l : slabLength;
            if constexpr (large) {
                shapeBlocks<Format>(strip, A, lda, i, m, l, some);
            } else {
                shape<Format>(strip, A, lda, i, m, l, some);
            }
            for (int64_t j = 0; j < count; j += tileColumns) {
                const int64_t columns = count - j < tileColumns ? count - j : tileColumns;
                addColumns(strip, some / Format::length, columns, panels + j * columnSize() + l / Format::length * blockSize(columns),
                           strip.sums + j * stripRows);
            }
        }
        const size_t rows = size_t(m - i < stripRows ? m - i : stripRows);
        for (int64_t j = 0; j < count; ++j) {
            memcpy(C + (j0 + j) * ldc + i, strip.sums + j * stripRows, rows * sizeof(float));
        }
    }

    template <int columns> static void addTo(const Strip & strip, int64_t count, const char * record, float * sums) {
        if constexpr (large) {
            addBlocks<Format, columns>(strip, count, record, sums);
        } else {
            addTile<Format, columns>(strip, count, record, sums);
        }
    }

    static void addColumns(const Strip & strip, int64_t count, int64_t columns, const char * record, float * sums) {
        switch (columns) {
            case 1: return addTo<1>(strip, count, record, sums);
            case 2: return addTo<2>(strip, count, record, sums);
#if DERMGEMMA_LANES == 16
            case 3: return addTo<3>(strip, count, record, sums);
            case 4: return addTo<4>(strip, count, record, sums);
            case 5: return addTo<5>(strip, count, record, sums);
            case 6: return addTo<6>(strip, count, record, sums);
#endif
            default: GGML_ABORT("no tile of so many columns");
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
    const bool inTurn = !isAlone || params->nth == 1;
    isAlone = false;
    Share<Format>{params, inTurn, m, n, k, (const Block *)A, lda, (const Activation *)B, ldb, (float *)C, ldc}.compute();
    return true;
}

} // namespace
#endif

extern "C" void dermgemma_begin_products(int64_t products) {
#ifdef DERMGEMMA_BLOCKS
    isAlone = products == 1;
#else
    (void)products;
#endif
}

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
        case GGML_TYPE_Q3_K: return start<Q3_K>(params, m, n, k, A, lda, B, ldb, C, ldc, Btype);
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
