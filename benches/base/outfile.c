/* outfile.c: composes in a memory stream, and is the only place that writes a report's files. */
#include "base/outfile.h"

#include "base/rundir.h"

#include <errno.h>
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

static int outfile_say(const char *dir, const char *name, int error)
{
	fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, name, strerror(-error));
	return error;
}

int pvq_outfile_write(struct pvq_outfile *out, const char *dir, const char *name)
{
	int ret = pvq_outfile_compose(out);
	FILE *f;

	if (ret)
		return outfile_say(dir, name, ret);
	f = pvq_rundir_open(dir, name, "we");
	if (!f)
		return errno ? -errno : -EIO; /* already reported */
	errno = 0;
	/* Read errno right after the call that failed: a later call would not give the reason again. */
	if (fwrite(out->text, 1, out->len, f) != out->len || fflush(f))
		ret = errno ? -errno : -EIO;
	if (fclose(f) && ret == 0)
		ret = errno ? -errno : -EIO;
	return ret ? outfile_say(dir, name, ret) : 0;
}

void pvq_outfile_free(struct pvq_outfile *out)
{
	if (out->f)
		fclose(out->f);
	free(out->text);
	memset(out, 0, sizeof(*out));
}
