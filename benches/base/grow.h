/* grow.h: room for one more element at the end of an array. */
#ifndef PVQ_GROW_H
#define PVQ_GROW_H

#include <stdint.h>
#include <stdlib.h>

/* The array (NULL: none yet) of `count` elements of `size` bytes, moved to where one more fits; that one is not
 * initialised. NULL: no memory, and the array stays as it is. */
static inline void *pvq_grow(void *array, size_t count, size_t size)
{
	return count < SIZE_MAX / size ? realloc(array, (count + 1) * size) : NULL;
}

#endif
