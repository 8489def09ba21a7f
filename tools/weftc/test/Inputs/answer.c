#include "weft/base.h"
#include <math.h>

int answer(void) {
  volatile double root = 1764.0;
  return (int)sqrt(root);
}
