#pragma once

// Pairs of bfloat16 numbers, for processors with AVX512-BF16: a pair takes the place of one 32-bit number in memory and in a vector's
// lanes. They are compiled into every AVX-512 variant, function by function, and taken only where the processor has them: so no
// further variant has to be built.

#include "image-vectors.h"

#ifdef DERMGEMMA_LANES
#if DERMGEMMA_LANES == 16
#define DERMGEMMA_PAIRS
#define FOR_PAIRS __attribute__((__target__("avx512bf16,avx512bw,avx512vl")))
#endif

namespace {

/// Whether this processor multiplies pairs.
inline bool hasPairs() {
#ifdef DERMGEMMA_PAIRS
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

#ifdef DERMGEMMA_PAIRS
/// Numbers of a vector's pairs.
constexpr int64_t pairNumbers = 2 * lanes;

/// The first `count` of a vector's lanes.
ALWAYS_INLINE __mmask16 firstLanes(int64_t count) {
    return count >= lanes ? __mmask16(0xFFFF) : count <= 0 ? __mmask16(0) : __mmask16((1u << count) - 1);
}

/// Numbers 0 ..< count of p, at most 32, times `scale`, rounded to the nearest bfloat16 (of two, to the even one): 2i and 2i + 1 in
/// lane i, zeros where there are none.
FOR_PAIRS ALWAYS_INLINE Vector pairs(const float * p, int64_t count, float scale = 1.0f) {
    const Vector low = _mm512_maskz_loadu_ps(firstLanes(count), p), high = _mm512_maskz_loadu_ps(firstLanes(count - lanes), p + lanes);
    return _mm512_castsi512_ps((__m512i)_mm512_cvtne2ps_pbh(multiply(high, repeat(scale)), multiply(low, repeat(scale))));
}

/// Two vectors' numbers rounded likewise: those of `even` first in each lane's pair.
FOR_PAIRS ALWAYS_INLINE Vector pairUp(Vector even, Vector odd) {
    alignas(64) static constexpr uint16_t places[2 * lanes] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                               8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(odd, even);
    return _mm512_castsi512_ps(_mm512_permutexvar_epi16(_mm512_load_si512(places), both));
}

/// `count` numbers of two rows paired up: out[i] holds even[i] and odd[i].
FOR_PAIRS inline void pairUpRows(const float * even, const float * odd, int64_t count, float * out) {
    for (int64_t l = 0; l < count; l += lanes) {
        const __mmask16 there = firstLanes(count - l);
        _mm512_mask_storeu_ps(out + l, there, pairUp(_mm512_maskz_loadu_ps(there, even + l), _mm512_maskz_loadu_ps(there, odd + l)));
    }
}

/// The same of 16-bit numbers (IEEE's).
FOR_PAIRS ALWAYS_INLINE Vector pairsOfHalf(const uint16_t * p, int64_t count) {
    const Vector low = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(firstLanes(count), p));
    const Vector high = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(firstLanes(count - lanes), p + lanes));
    return _mm512_castsi512_ps((__m512i)_mm512_cvtne2ps_pbh(high, low));
}

/// The same of bfloat16 numbers, as they are.
FOR_PAIRS ALWAYS_INLINE Vector pairsOfBrain(const uint16_t * p, int64_t count) {
    const __mmask32 there = count >= pairNumbers ? ~__mmask32(0) : (__mmask32(1) << count) - 1;
    return _mm512_castsi512_ps(_mm512_maskz_loadu_epi16(there, p));
}

/// 2 to the power x with a relative error of 1e-4, for a number that is rounded to bfloat16 next (a polynomial fitted for the least
/// largest one).
ALWAYS_INLINE Vector roughPowerOfTwo(Vector x) {
    const Vector r = _mm512_reduce_ps(x, 1); // x less the whole number below it
    Vector y = repeat(7.802449166e-2f);
    y = multiplyAdd(y, r, repeat(2.260675728e-1f));
    y = multiplyAdd(y, r, repeat(6.958332062e-1f));
    y = multiplyAdd(y, r, repeat(9.999252558e-1f));
    return _mm512_scalef_ps(y, x); // times 2 to the power of that number
}

/// Packs columns as `packColumns` does, but `count` numbers of each as pairs. Writes whole vectors of pairs, zeros at last.
FOR_PAIRS inline void packPairs(const float * in, int64_t stride, int64_t columns, int64_t count, int vectors, float scale,
                                float * out) {
    const int64_t width = int64_t(vectors) * lanes;
    for (int v = 0; v < vectors; ++v) {
        const int64_t there = columns - v * lanes < lanes ? columns - v * lanes : lanes;
        const float * column = in + v * lanes * stride;
        for (int64_t l = 0; l < count; l += pairNumbers) {
            Vector rows[lanes];
            for (int j = 0; j < lanes; ++j) {
                __builtin_prefetch(column + (j < there ? j : 0) * stride + l + 128);
                __builtin_prefetch(column + (j < there ? j : 0) * stride + l + 144);
                rows[j] = j < there ? pairs(column + j * stride + l, count - l, scale) : zero();
            }
            transposeSquare(rows, out + l / 2 * width + v * lanes, width);
        }
    }
}

/// `accumulate` for pairs: a pair's two products are added to the sum in the processor's own order, one pair after another.
template <int rows, int vectors, int ahead>
FOR_PAIRS ALWAYS_INLINE void accumulatePairs(const float * a, int64_t rowStride, int64_t step, const float * b, int64_t depth,
                                             Vector (&sums)[rows][vectors]) {
    for (int64_t l = 0; l < depth; ++l) {
        for (int v = 0; ahead > 0 && v < vectors; ++v) {
            __builtin_prefetch(b + ahead + v * lanes);
        }
        __m512bh x[vectors];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; ++v) {
            x[v] = (__m512bh)_mm512_castps_si512(load(b + v * lanes));
        }
#pragma GCC unroll 8
        for (int i = 0; i < rows; ++i) {
            const __m512bh y = (__m512bh)_mm512_castps_si512(repeat(a[i * rowStride]));
#pragma GCC unroll 3
            for (int v = 0; v < vectors; ++v) {
                sums[i][v] = _mm512_dpbf16_ps(sums[i][v], y, x[v]);
            }
        }
        a += step;
        b += vectors * lanes;
    }
}
#endif

} // namespace
#endif
