// Put before every file of the projector's own CPU backend (scripts/encoder.sh): the threads of backends made from then on
// can be set from outside, because mtmd sets them for llama.cpp's own backend only.
#pragma once
#include <ggml.h>
#undef GGML_DEFAULT_N_THREADS
#define GGML_DEFAULT_N_THREADS dermgemma_encoder_threads
#ifdef __cplusplus
extern "C" {
#endif
__attribute__((weak, visibility("default"))) int dermgemma_encoder_threads = 4;
#ifdef __cplusplus
}
#endif
