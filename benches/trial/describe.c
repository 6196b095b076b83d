/* describe.c: reads and writes a peer's description. */
#include "trial/describe.h"
#include "trial/words.h"

#include <string.h>

#define COL(kind, field) PVQ_COLUMN(struct pvq_peer_entry, kind, field)

static const struct pvq_column peer_column[] = {
	COL(TEXT, impl),
	COL(TEXT, summary),
	PVQ_COLUMN_OF(struct pvq_peer_entry, order, pvq_order_words),
	PVQ_COLUMN_OF(struct pvq_peer_entry, in_via, pvq_via_words),
	PVQ_COLUMN_OF(struct pvq_peer_entry, out_via, pvq_via_words),
	COL(TEXT, flags),
	COL(TEXT, unavailable),
	COL(TEXT, version),
	COL(TEXT, contract),
};

enum { PEER_COLUMNS = sizeof(peer_column) / sizeof(peer_column[0]) };

const struct pvq_table pvq_peer_table = {.file = "what `describe` writes",
	.column = peer_column,
	.columns = PEER_COLUMNS,
	.required = PEER_COLUMNS - 2, /* version and contract are optional */
	.row = sizeof(struct pvq_peer_entry)};

void pvq_peer_flags_write(unsigned flags, char *words, size_t cap)
{
	size_t len = 0;

	words[0] = '\0';
	for (unsigned i = 0; pvq_flag_words[i] && len < cap; i++)
		if (flags & 1u << i)
			len += (size_t)snprintf(
				words + len, cap - len, "%s%s", len ? " " : "", pvq_flag_words[i]);
}

unsigned pvq_peer_flags_read(const char *words)
{
	unsigned flags = 0;

	for (const char *at = words; *at; at += strcspn(at, " "), at += strspn(at, " "))
		for (unsigned i = 0; pvq_flag_words[i]; i++)
			if (strncmp(at, pvq_flag_words[i], strlen(pvq_flag_words[i])) == 0 &&
				strcspn(at, " ") == strlen(pvq_flag_words[i]))
				flags |= 1u << i;
	return flags;
}

int pvq_peer_describe(FILE *f, const struct pvq_impl *const *impls, const char *contract)
{
	int ret = pvq_table_header(&pvq_peer_table, f);

	for (int i = 0; ret == 0 && impls[i]; i++) {
		const struct pvq_impl *impl = impls[i];
		struct pvq_peer_entry e = {
			.order = impl->order, .in_via = impl->in_via, .out_via = impl->out_via};

		snprintf(e.impl, sizeof(e.impl), "%s", impl->name);
		snprintf(e.summary, sizeof(e.summary), "%s", impl->summary);
		snprintf(e.unavailable, sizeof(e.unavailable), "%s",
			impl->unavailable ? impl->unavailable : "");
		snprintf(e.version, sizeof(e.version), "%s", impl->version ? impl->version : "");
		snprintf(e.contract, sizeof(e.contract), "%s", contract);
		pvq_peer_flags_write(impl->flags, e.flags, sizeof(e.flags));
		ret = pvq_table_write(&pvq_peer_table, f, &e);
	}
	return ret;
}
