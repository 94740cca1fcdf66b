#pragma once
// libvips' operations are variadic, which Swift cannot call: one shim for each call that Imaging makes, no logic.
// A shim returns 0, or -1 with a message in libvips' error buffer.
#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <vips/vips.h>

// glibc's fopencookie under another name, because its header shows it to GNU sources only.
struct dermgemma_stream {
  void *read;
  ssize_t (*write)(void *cookie, const char *bytes, size_t count);
  void *seek, *close;
};
extern FILE *dermgemma_open_stream(void *cookie, const char *mode, struct dermgemma_stream) __asm__("fopencookie");

// Where C libraries print; glibc's variable may be set (libc manual, "Standard Streams").
static inline void dermgemma_set_stderr(FILE *to) { stderr = to; }

// The name of the calling thread, at most 15 characters.
static inline void dermgemma_thread_name(char name[16]) { prctl(PR_GET_NAME, name); }

// The first page or frame, read once from the top.
static inline int dermgemma_vips_load_jpeg(const void *bytes, size_t count, VipsFailOn fail_on, VipsImage **out) {
  return vips_jpegload_buffer((void *)bytes, count, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
}

static inline int dermgemma_vips_load_png(const void *bytes, size_t count, VipsFailOn fail_on, VipsImage **out) {
  return vips_pngload_buffer((void *)bytes, count, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
}

static inline int dermgemma_vips_load_webp(const void *bytes, size_t count, VipsFailOn fail_on, VipsImage **out) {
  return vips_webpload_buffer((void *)bytes, count, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
}

static inline int dermgemma_vips_load_tiff(const void *bytes, size_t count, VipsFailOn fail_on, VipsImage **out) {
  return vips_tiffload_buffer((void *)bytes, count, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
}

static inline int dermgemma_vips_load_jp2k(const void *bytes, size_t count, VipsFailOn fail_on, VipsImage **out) {
  return vips_jp2kload_buffer((void *)bytes, count, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
}

static inline int dermgemma_vips_load_heif(const void *bytes, size_t count, VipsFailOn fail_on, VipsImage **out) {
  return vips_heifload_buffer((void *)bytes, count, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
}

static inline int dermgemma_vips_load_jxl(const void *bytes, size_t count, VipsFailOn fail_on, VipsImage **out) {
  return vips_jxlload_buffer((void *)bytes, count, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
}

// Whether libvips has an operation; some are modules of its own, which need not be installed.
static inline int dermgemma_vips_has(const char *operation) {
  return vips_type_find("VipsOperation", operation) != 0;
}

static inline int dermgemma_vips_extract_bands(VipsImage *in, VipsImage **out, int first, int count) {
  return vips_extract_band(in, out, first, "n", count, NULL);
}

static inline int dermgemma_vips_join_bands(VipsImage *in, VipsImage *band, VipsImage **out) {
  return vips_bandjoin2(in, band, out, NULL);
}

// The most significant byte of each sample.
static inline int dermgemma_vips_high_byte(VipsImage *in, VipsImage **out) { return vips_msb(in, out, NULL); }

// From the embedded profile to 8-bit sRGB.
static inline int dermgemma_vips_profile_to_srgb(VipsImage *in, VipsImage **out) {
  return vips_icc_transform(in, out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_PERCEPTUAL, "depth", 8, NULL);
}

// The same image, of three bands, with another profile.
static inline int dermgemma_vips_set_profile(VipsImage *in, VipsImage **out, const void *bytes, size_t count) {
  VipsInterpretation rgb = in->BandFmt == VIPS_FORMAT_USHORT ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
  if (vips_copy(in, out, "interpretation", rgb, NULL)) return -1;
  vips_image_set_blob_copy(*out, VIPS_META_ICC_NAME, bytes, count);
  return 0;
}

// scale * sample + offset, for 16-bit samples, which stay so.
static inline int dermgemma_vips_scale(VipsImage *in, VipsImage **out, double scale, double offset) {
  VipsImage *scaled;
  if (vips_linear1(in, &scaled, scale, offset, NULL)) return -1;
  int status = vips_cast(scaled, out, VIPS_FORMAT_USHORT, NULL);
  g_object_unref(scaled);
  return status;
}

// The largest and the smallest sample.
static inline int dermgemma_vips_max(VipsImage *in, double *out) { return vips_max(in, out, NULL); }
static inline int dermgemma_vips_min(VipsImage *in, double *out) { return vips_min(in, out, NULL); }

// From what the image says that its numbers mean to 8-bit sRGB.
static inline int dermgemma_vips_to_srgb(VipsImage *in, VipsImage **out) {
  return vips_colourspace(in, out, VIPS_INTERPRETATION_sRGB, NULL);
}

static inline int dermgemma_vips_flatten_on_white(VipsImage *in, VipsImage **out) {
  double white[3] = {255, 255, 255};
  VipsArrayDouble *background = vips_array_double_new(white, 3);
  int status = vips_flatten(in, out, "background", background, NULL);
  vips_area_unref(VIPS_AREA(background));
  return status;
}

// Turns and mirrors the image as its orientation says.
static inline int dermgemma_vips_orient(VipsImage *in, VipsImage **out) { return vips_autorot(in, out, NULL); }

static inline int dermgemma_vips_mark_srgb(VipsImage *in, VipsImage **out) {
  return vips_copy(in, out, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
}

// Pango's markup as coverage, one byte a pixel; lines are broken at a width in pixels. The image's offsets say where in the
// text's frame it lies.
// How many fonts fontconfig knows, with the system's configuration or the one that its variables name.
static inline int dermgemma_font_count(void) {
  FcConfig *configuration = FcInitLoadConfigAndFonts();
  if (!configuration) return 0;
  FcFontSet *fonts = FcConfigGetFonts(configuration, FcSetSystem);
  int count = fonts ? fonts->nfont : 0;
  FcConfigDestroy(configuration);
  return count;
}

static inline int dermgemma_vips_text(VipsImage **out, const char *markup, const char *font, int width) {
  return vips_text(out, markup, "font", font, "width", width, "dpi", 72, "wrap", VIPS_TEXT_WRAP_WORD_CHAR, NULL);
}

static inline int dermgemma_vips_save_png(VipsImage *in, void **bytes, size_t *count, int level) {
  return vips_pngsave_buffer(in, bytes, count, "compression", level, "interlace", FALSE, "strip", TRUE, NULL);
}

static inline int dermgemma_vips_save_jpeg(VipsImage *in, void **bytes, size_t *count, int quality) {
  return vips_jpegsave_buffer(in, bytes, count, "Q", quality, "strip", TRUE, NULL);
}
