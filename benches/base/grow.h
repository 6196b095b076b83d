/* grow.h: room for one more element at the end of an array. */
#ifndef PVQ_GROW_H
#define PVQ_GROW_H

#include <stdint.h>
#include <stdlib.h>

/* Makes room for one more element in an array (NULL: none yet) of `count` elements of `size` bytes, which may move. The
 * new element is not initialised. Returns the array; NULL: out of memory, and the old array is unchanged. */
static inline void *pvq_grow(void *array, size_t count, size_t size)
{
	return count < SIZE_MAX / size ? realloc(array, (count + 1) * size) : NULL;
}

#endif
