/* manifest.c: writes and reads manifest.tsv. */
#include "base/manifest.h"
#include "base/grow.h"
#include "base/mark.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char manifest_file[] = "manifest.tsv";
static const char count_key[] = "facts";

void pvq_fact_write(FILE *f, const char *key, const char *value)
{
	fprintf(f, "%s\t", key);
	for (; *value; value++)
		fputc((unsigned char)*value < ' ' || *value == 127 ? ' ' : *value, f);
	fputc('\n', f);
}

/* Passes the error on, with one line on stderr if it is one. */
static int manifest_tell(int ret, const char *dir)
{
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, manifest_file, strerror(-ret));
	return ret;
}

int pvq_manifest_begin(struct pvq_outfile *facts, const char *dir)
{
	return manifest_tell(pvq_outfile_begin(facts), dir);
}

/* Writes the facts of the manifest, then those of the text. */
static int manifest_save(const struct pvq_manifest *before, struct pvq_outfile *facts, const char *dir)
{
	struct pvq_outfile out = {0};
	int ret = manifest_tell(pvq_outfile_compose(facts), dir);
	size_t count = before->count + before->lost;

	if (ret == 0)
		ret = pvq_manifest_begin(&out, dir);
	if (ret)
		return ret;
	for (size_t i = 0; i < facts->len; i++)
		count += facts->text[i] == '\n';
	fprintf(out.f, "%s\t%zu\n", count_key, count);
	for (size_t i = 0; i < before->count; i++)
		fprintf(out.f, "%s\t%s\n", before->fact[i].key, before->fact[i].value);
	fwrite(facts->text, 1, facts->len, out.f);
	ret = pvq_outfile_write(&out, dir, manifest_file);
	pvq_outfile_free(&out);
	return ret;
}

int pvq_manifest_write(struct pvq_outfile *facts, const char *dir)
{
	return manifest_save(&(struct pvq_manifest){0}, facts, dir);
}

int pvq_manifest_add(struct pvq_outfile *facts, const char *dir)
{
	struct pvq_manifest before;
	int ret = pvq_manifest_read(&before, dir);

	if (ret == 0 || ret == -ENOENT)
		ret = manifest_save(&before, facts, dir);
	else
		fprintf(stderr, "pvq: cannot read %s/%s: %s\n", dir, manifest_file, strerror(-ret));
	pvq_manifest_free(&before);
	return ret;
}

static int manifest_append(struct pvq_manifest *m, const char *key, const char *value)
{
	struct pvq_fact *fact = pvq_grow(m->fact, m->count, sizeof(*fact));

	if (!fact)
		return -ENOMEM;
	m->fact = fact;
	fact += m->count;
	fact->key = strdup(key);
	fact->value = strdup(value);
	if (!fact->key || !fact->value) {
		free(fact->key);
		free(fact->value);
		return -ENOMEM;
	}
	m->count++;
	return 0;
}

/* As pvq_fact_write() has it: or a damaged value would be another one once it is written again. */
static void manifest_tame(char *text, const char *end)
{
	for (; text < end; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			*text = ' ';
}

int pvq_manifest_parse(struct pvq_manifest *m, FILE *f)
{
	char *line = NULL, *tab, *end;
	size_t room = 0;
	unsigned long long promised = 0;
	ssize_t len;
	int ret = 0, first = 1;

	memset(m, 0, sizeof(*m));
	errno = 0;
	while (ret == 0 && (len = getline(&line, &room, f)) > 0) {
		const char *key = line + (first ? pvq_mark_len(line, (size_t)len) : 0);

		first = 0;
		tab = memchr(line, '\t', (size_t)len);
		if (!tab || line[len - 1] != '\n')
			continue; /* an empty or cut-off line holds no fact */
		end = line + len - 1 - (line[len - 2] == '\r');
		manifest_tame(line, tab);
		manifest_tame(tab + 1, end);
		*end = *tab = '\0';
		if (strcmp(key, count_key) == 0)
			promised = strtoull(tab + 1, NULL, 10);
		else
			ret = manifest_append(m, key, tab + 1);
	}
	if (ret == 0 && !feof(f))
		ret = errno ? -errno : -EIO;
	free(line);
	m->lost = promised > m->count ? promised - m->count : 0;
	return ret;
}

int pvq_manifest_read(struct pvq_manifest *m, const char *dir)
{
	char path[PATH_MAX];
	FILE *f;
	int ret;

	memset(m, 0, sizeof(*m));
	if (snprintf(path, sizeof(path), "%s/manifest.tsv", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	ret = pvq_manifest_parse(m, f);
	fclose(f);
	return ret;
}

const char *pvq_manifest_get(const struct pvq_manifest *m, const char *key)
{
	for (size_t i = m->count; i-- > 0;)
		if (strcmp(m->fact[i].key, key) == 0)
			return m->fact[i].value;
	return NULL;
}

void pvq_manifest_free(struct pvq_manifest *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->fact[i].key);
		free(m->fact[i].value);
	}
	free(m->fact);
	memset(m, 0, sizeof(*m));
}
