// The files of the page (Sources/Web/Page), as bytes in the program. Another file of the page is another entry here.
//
// Swift's own way to embed a resource writes each byte as a number and takes the compiler most of a minute for all of them;
// #embed takes milliseconds.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "page.h"
#include <string.h>

// A byte of zero ends each text.
static const struct { const char *path; const unsigned char *text; } files[] = {
    {"/icon.svg", (const unsigned char[]){
#embed "../Web/Page/icon.svg" suffix(, 0)
    }},
    {"/index.html", (const unsigned char[]){
#embed "../Web/Page/index.html" suffix(, 0)
    }},
    {"/parts/asking.js", (const unsigned char[]){
#embed "../Web/Page/parts/asking.js" suffix(, 0)
    }},
    {"/parts/audit.js", (const unsigned char[]){
#embed "../Web/Page/parts/audit.js" suffix(, 0)
    }},
    {"/parts/compare.js", (const unsigned char[]){
#embed "../Web/Page/parts/compare.js" suffix(, 0)
    }},
    {"/parts/lesion.css", (const unsigned char[]){
#embed "../Web/Page/parts/lesion.css" suffix(, 0)
    }},
    {"/parts/lesion.js", (const unsigned char[]){
#embed "../Web/Page/parts/lesion.js" suffix(, 0)
    }},
    {"/parts/maps.css", (const unsigned char[]){
#embed "../Web/Page/parts/maps.css" suffix(, 0)
    }},
    {"/parts/maps.js", (const unsigned char[]){
#embed "../Web/Page/parts/maps.js" suffix(, 0)
    }},
    {"/parts/results.js", (const unsigned char[]){
#embed "../Web/Page/parts/results.js" suffix(, 0)
    }},
    {"/parts/run-form.js", (const unsigned char[]){
#embed "../Web/Page/parts/run-form.js" suffix(, 0)
    }},
    {"/parts/runs.css", (const unsigned char[]){
#embed "../Web/Page/parts/runs.css" suffix(, 0)
    }},
    {"/parts/runs.js", (const unsigned char[]){
#embed "../Web/Page/parts/runs.js" suffix(, 0)
    }},
    {"/parts/validation.js", (const unsigned char[]){
#embed "../Web/Page/parts/validation.js" suffix(, 0)
    }},
    {"/parts/what-if.css", (const unsigned char[]){
#embed "../Web/Page/parts/what-if.css" suffix(, 0)
    }},
    {"/parts/what-if.js", (const unsigned char[]){
#embed "../Web/Page/parts/what-if.js" suffix(, 0)
    }},
    {"/script/api.js", (const unsigned char[]){
#embed "../Web/Page/script/api.js" suffix(, 0)
    }},
    {"/script/bars.js", (const unsigned char[]){
#embed "../Web/Page/script/bars.js" suffix(, 0)
    }},
    {"/script/classification.js", (const unsigned char[]){
#embed "../Web/Page/script/classification.js" suffix(, 0)
    }},
    {"/script/connection.js", (const unsigned char[]){
#embed "../Web/Page/script/connection.js" suffix(, 0)
    }},
    {"/script/description.js", (const unsigned char[]){
#embed "../Web/Page/script/description.js" suffix(, 0)
    }},
    {"/script/dom.js", (const unsigned char[]){
#embed "../Web/Page/script/dom.js" suffix(, 0)
    }},
    {"/script/features.js", (const unsigned char[]){
#embed "../Web/Page/script/features.js" suffix(, 0)
    }},
    {"/script/filmstrip.js", (const unsigned char[]){
#embed "../Web/Page/script/filmstrip.js" suffix(, 0)
    }},
    {"/script/filter.js", (const unsigned char[]){
#embed "../Web/Page/script/filter.js" suffix(, 0)
    }},
    {"/script/further.js", (const unsigned char[]){
#embed "../Web/Page/script/further.js" suffix(, 0)
    }},
    {"/script/gestures.js", (const unsigned char[]){
#embed "../Web/Page/script/gestures.js" suffix(, 0)
    }},
    {"/script/guess.js", (const unsigned char[]){
#embed "../Web/Page/script/guess.js" suffix(, 0)
    }},
    {"/script/history.js", (const unsigned char[]){
#embed "../Web/Page/script/history.js" suffix(, 0)
    }},
    {"/script/keys.js", (const unsigned char[]){
#embed "../Web/Page/script/keys.js" suffix(, 0)
    }},
    {"/script/main.js", (const unsigned char[]){
#embed "../Web/Page/script/main.js" suffix(, 0)
    }},
    {"/script/observations.js", (const unsigned char[]){
#embed "../Web/Page/script/observations.js" suffix(, 0)
    }},
    {"/script/panel.js", (const unsigned char[]){
#embed "../Web/Page/script/panel.js" suffix(, 0)
    }},
    {"/script/parts.js", (const unsigned char[]){
#embed "../Web/Page/script/parts.js" suffix(, 0)
    }},
    {"/script/provenance.js", (const unsigned char[]){
#embed "../Web/Page/script/provenance.js" suffix(, 0)
    }},
    {"/script/read.js", (const unsigned char[]){
#embed "../Web/Page/script/read.js" suffix(, 0)
    }},
    {"/script/reading.js", (const unsigned char[]){
#embed "../Web/Page/script/reading.js" suffix(, 0)
    }},
    {"/script/share.js", (const unsigned char[]){
#embed "../Web/Page/script/share.js" suffix(, 0)
    }},
    {"/script/store.js", (const unsigned char[]){
#embed "../Web/Page/script/store.js" suffix(, 0)
    }},
    {"/script/stream.js", (const unsigned char[]){
#embed "../Web/Page/script/stream.js" suffix(, 0)
    }},
    {"/script/theme.js", (const unsigned char[]){
#embed "../Web/Page/script/theme.js" suffix(, 0)
    }},
    {"/script/token.js", (const unsigned char[]){
#embed "../Web/Page/script/token.js" suffix(, 0)
    }},
    {"/script/trouble.js", (const unsigned char[]){
#embed "../Web/Page/script/trouble.js" suffix(, 0)
    }},
    {"/script/upload.js", (const unsigned char[]){
#embed "../Web/Page/script/upload.js" suffix(, 0)
    }},
    {"/script/viewer.js", (const unsigned char[]){
#embed "../Web/Page/script/viewer.js" suffix(, 0)
    }},
    {"/script/why.js", (const unsigned char[]){
#embed "../Web/Page/script/why.js" suffix(, 0)
    }},
    {"/script/words.js", (const unsigned char[]){
#embed "../Web/Page/script/words.js" suffix(, 0)
    }},
    {"/style/base.css", (const unsigned char[]){
#embed "../Web/Page/style/base.css" suffix(, 0)
    }},
    {"/style/lists.css", (const unsigned char[]){
#embed "../Web/Page/style/lists.css" suffix(, 0)
    }},
    {"/style/panel.css", (const unsigned char[]){
#embed "../Web/Page/style/panel.css" suffix(, 0)
    }},
    {"/style/shell.css", (const unsigned char[]){
#embed "../Web/Page/style/shell.css" suffix(, 0)
    }},
    {"/style/viewer.css", (const unsigned char[]){
#embed "../Web/Page/style/viewer.css" suffix(, 0)
    }},
};

size_t dermgemma_page_count(void) { return sizeof files / sizeof *files; }

const char *dermgemma_page_path(size_t index) { return files[index].path; }

const unsigned char *dermgemma_page_text(size_t index, size_t *count) {
    *count = strlen((const char *)files[index].text);
    return files[index].text;
}
