#include "circle.h"
int circle;
