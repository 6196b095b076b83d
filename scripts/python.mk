# python.mk: builds the Python package (impls/python/pvqpool), and measures it. Included by the Makefile.

# The distribution's interpreter; the extension works with every later one.
PYTHON  ?= /usr/bin/python3
PVQPOOL := impls/python/pvqpool

# Where there is no Python.h, the tests of the package are skipped, and its peers say what they lack.
PVQPOOL_HERE := $(if $(wildcard /usr/include/python3.*/Python.h),python)
python: $B/python/pvqpool/_native.abi3.so
$B/python/pvqpool/_native.abi3.so: $(wildcard $(PVQPOOL)/*.py $(PVQPOOL)/pvqpool/*.py $(PVQPOOL)/native/*) $(POOL_LIB) \
		$(wildcard impls/*.h benches/stats/stats.*) $B/gen/flags
	$(call say,PY)CC="$(CC)" CFLAGS="-O2 -g $(HARDEN) $(if $(WERROR),-Werror)" LDFLAGS= $(PYTHON) $(PVQPOOL)/backend.py $B/python

# Into the package's page, unless a trial fails. BLOCKS and ITEMS: see there.
python-table:
	@scripts/bootstrap bench test
	$(build) python
	@PYTHONPATH=$B/python $(PYTHON) scripts/python-table >$B/python-table.md
	@scripts/put-table $(PVQPOOL)/README.md python-table <$B/python-table.md
