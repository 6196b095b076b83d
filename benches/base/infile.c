/* infile.c: reads a whole file into memory. */
#include "base/infile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

int pvq_infile_take(FILE *f, char **text, size_t *len)
{
	size_t room = 0, got = 1;
	int ret = 0;

	*text = NULL;
	*len = 0;
	while (got) {
		if (*len + 1 >= room) { /* room for the NUL, too */
			char *grown = realloc(*text, room = room ? room * 2 : 1 << 14);

			if (!grown) {
				ret = -ENOMEM;
				break;
			}
			*text = grown;
		}
		got = fread(*text + *len, 1, room - 1 - *len, f);
		*len += got;
	}
	if (ret == 0 && ferror(f))
		ret = -EIO;
	if (ret) {
		free(*text);
		*text = NULL;
		return ret;
	}
	(*text)[*len] = '\0';
	return 0;
}

int pvq_infile_read(const char *dir, const char *name, char **text, size_t *len)
{
	char path[PATH_MAX];
	FILE *f;
	int ret;

	*text = NULL;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	ret = pvq_infile_take(f, text, len);
	fclose(f);
	return ret;
}
