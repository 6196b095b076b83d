/* outfile.c: composes in a memory stream, and writes it as a whole. */
#include "base/outfile.h"

#include "base/whole.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int pvq_outfile_begin(struct pvq_outfile *out)
{
	memset(out, 0, sizeof(*out));
	out->f = open_memstream(&out->text, &out->len);
	return out->f ? 0 : -ENOMEM;
}

int pvq_outfile_compose(struct pvq_outfile *out)
{
	int bad = 0;

	if (out->f) {
		bad = ferror(out->f);
		bad |= fclose(out->f);
	}
	out->f = NULL;
	return bad || !out->text ? -ENOMEM : 0;
}

int pvq_outfile_write(struct pvq_outfile *out, const char *dir, const char *name)
{
	char path[PATH_MAX];
	int ret = pvq_outfile_compose(out);

	if (ret == 0 && snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		ret = -ENAMETOOLONG;
	if (ret == 0)
		ret = pvq_whole_write(path, out->text, out->len);
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, name, strerror(-ret));
	return ret;
}

void pvq_outfile_free(struct pvq_outfile *out)
{
	if (out->f)
		fclose(out->f);
	free(out->text);
	memset(out, 0, sizeof(*out));
}
