// Documents of other modules, as bytes in the program. Another document is another entry here, and another case of EmbeddedDocument.
//
// Swift's own way to embed a resource writes each byte as a number, which costs the compiler a second for each 20 KB, and four times that
// without optimisation; #embed takes milliseconds.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "documents.h"
#include <string.h>

// A byte of zero ends each text.
static const struct { const char *path; const unsigned char *text; } documents[] = {
    {"Archive/Records/seed99.txt", (const unsigned char[]){
#embed "../Archive/Records/seed99.txt" suffix(, 0)
    }},
    {"AuditReporting/Resources/audit.css", (const unsigned char[]){
#embed "../AuditReporting/Resources/audit.css" suffix(, 0)
    }},
    {"Auditing/Documents/arms.schema.json", (const unsigned char[]){
#embed "../Auditing/Documents/arms.schema.json" suffix(, 0)
    }},
    {"Auditing/Documents/camera.json", (const unsigned char[]){
#embed "../Auditing/Documents/camera.json" suffix(, 0)
    }},
    {"Auditing/Documents/chain.json", (const unsigned char[]){
#embed "../Auditing/Documents/chain.json" suffix(, 0)
    }},
    {"Auditing/Documents/chance.json", (const unsigned char[]){
#embed "../Auditing/Documents/chance.json" suffix(, 0)
    }},
    {"Auditing/Documents/groups.json", (const unsigned char[]){
#embed "../Auditing/Documents/groups.json" suffix(, 0)
    }},
    {"Auditing/Documents/looking.json", (const unsigned char[]){
#embed "../Auditing/Documents/looking.json" suffix(, 0)
    }},
    {"Auditing/Documents/words.json", (const unsigned char[]){
#embed "../Auditing/Documents/words.json" suffix(, 0)
    }},
    {"Datasets/Diagnoses/diagnosis-words.tsv", (const unsigned char[]){
#embed "../Datasets/Diagnoses/diagnosis-words.tsv" suffix(, 0)
    }},
    {"Datasets/Diagnoses/isic-taxonomy.tsv", (const unsigned char[]){
#embed "../Datasets/Diagnoses/isic-taxonomy.tsv" suffix(, 0)
    }},
    {"Dermoscopy/Protocols/direct.json", (const unsigned char[]){
#embed "../Dermoscopy/Protocols/direct.json" suffix(, 0)
    }},
    {"Dermoscopy/Protocols/extended.json", (const unsigned char[]){
#embed "../Dermoscopy/Protocols/extended.json" suffix(, 0)
    }},
    {"Dermoscopy/Protocols/protocol.schema.json", (const unsigned char[]){
#embed "../Dermoscopy/Protocols/protocol.schema.json" suffix(, 0)
    }},
    {"Dermoscopy/Protocols/seed.json", (const unsigned char[]){
#embed "../Dermoscopy/Protocols/seed.json" suffix(, 0)
    }},
    {"Hub/Catalogue/models.json", (const unsigned char[]){
#embed "../Hub/Catalogue/models.json" suffix(, 0)
    }},
    {"MCP/Documents/instructions.txt", (const unsigned char[]){
#embed "../MCP/Documents/instructions.txt" suffix(, 0)
    }},
    {"MCP/Documents/tools.json", (const unsigned char[]){
#embed "../MCP/Documents/tools.json" suffix(, 0)
    }},
    {"Validation/Page/report.css", (const unsigned char[]){
#embed "../Validation/Page/report.css" suffix(, 0)
    }},
    {"Validation/Page/report.js", (const unsigned char[]){
#embed "../Validation/Page/report.js" suffix(, 0)
    }},
    {"Web/Documents/openapi.json", (const unsigned char[]){
#embed "../Web/Documents/openapi.json" suffix(, 0)
    }},
};

const unsigned char *dermgemma_document(const char *path, size_t *count) {
    for (size_t index = 0; index < sizeof documents / sizeof *documents; ++index) {
        if (strcmp(documents[index].path, path) == 0) {
            *count = strlen((const char *)documents[index].text);
            return documents[index].text;
        }
    }
    return NULL;
}
