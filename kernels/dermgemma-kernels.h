#pragma once

// What an examination computes most: the products and the attention among all patches of an image, and the products of quantised
// weights. scripts/llama-cpp.sh puts this folder's files into its copy of llama.cpp and has it call these functions.

#include <stdbool.h>
#include <stdint.h>

struct ggml_compute_params;
struct ggml_tensor;

#ifdef __cplusplus
extern "C" {
#endif

// Computes C[j][i] = sum over l of A[i][l] * B[j][l] for i < m, j < n, l < k, as llamafile_sgemm does and with its arguments,
// in 32-bit arithmetic, or in bfloat16 (below). Called by every thread. False, with nothing done, when the product is left to
// others: on a processor without AVX2, with few columns (text), or for other types than 32- and 16-bit weights and 32-bit
// activations.
bool dermgemma_image_product(const struct ggml_compute_params * params, int64_t m, int64_t n, int64_t k, const void * A,
                             int64_t lda, const void * B, int64_t ldb, void * C, int64_t ldc, int Atype, int Btype, int Ctype);

// The same for weights in Q8_0, Q4_0, Q5_0, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL and IQ4_XS blocks and activations in the Q8_0 or Q8_K
// blocks that go with them, with k and strides in blocks and any number of columns. An element has the same bits whatever the number
// of columns.
bool dermgemma_block_product(const struct ggml_compute_params * params, int64_t m, int64_t n, int64_t k, const void * A,
                             int64_t lda, const void * B, int64_t ldb, void * C, int64_t ldc, int Atype, int Btype, int Ctype);

// Called by each thread before the products of one step with activations in blocks, all threads behind a barrier and the count of taken
// jobs (ggml_threadpool_chunk_add) at the number of threads. Threads deal out a lone product among themselves as they get ready; several
// are dealt out in turn, for that count cannot begin anew.
void dermgemma_begin_products(int64_t products);

// Computes rows ir0 ..< ir1 (queries, head by head) of a flash attention without a mask. False, with nothing done, as above.
bool dermgemma_image_attention(struct ggml_tensor * dst, int64_t ir0, int64_t ir1);

// Called by the first thread before any calls that: notes in the tensor which arithmetic its attention takes.
void dermgemma_begin_attention(struct ggml_tensor * dst);

// Whether so many rows are an image's patches, for the next function.
bool dermgemma_is_image(int64_t rows);

// GELU (by tanh, as ggml's) of n numbers, in 32-bit arithmetic.
void dermgemma_image_gelu(int n, float * y, const float * x);

// Functions of this backend that a program finds with ggml_backend_reg_get_proc_address; null for another name:
//   bool dermgemma_has_bf16(void)          whether this processor multiplies bfloat16 numbers (AVX512-BF16)
//   bool dermgemma_use_bf16(bool)          graphs that this thread computes take an image's products and attention in bfloat16, or in
//                                          32 bits again; factors are rounded, sums stay in 32 bits. Gives what held before
//   int64_t dermgemma_bf16_products(void)  how many products and attentions of this thread's graphs were taken so
void * dermgemma_function(const char * name);

// Whether the product or attention that begins is to be taken in bfloat16, which counts it. Asked once for each, by the first thread.
bool dermgemma_takes_pairs(void);

#ifdef __cplusplus
}
#endif
