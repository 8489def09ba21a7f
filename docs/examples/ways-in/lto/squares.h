#include <weft/markers.h>

extern const weft_tag square;
void squares(void *env, weft_payload *io);
