"""test_numpy.py: arrays of NumPy travel beside the pickle, and arrive as they were."""
import tracemalloc
import unittest

import pvqpool
from programs import Test, identity

try:
    import numpy
except ImportError:
    numpy = None

SIZE = 32 << 20  # bytes of a large array


def total(array):
    return int(array.sum())


def ones(size):
    return numpy.ones(size, numpy.uint8)


def write(array):
    array[0] = 7  # what arrives can be written to
    return array


def peak(function, *arguments):
    """(What it returns, the most bytes that it allocated at a time)."""
    tracemalloc.start()
    try:
        return function(*arguments), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@unittest.skipIf(numpy is None, "no NumPy: install python3-numpy")
class Arrays(Test):
    def setUp(self):
        self.pool = pvqpool.Pool(2)
        self.addCleanup(self.pool.terminate)
        self.pool.map(identity, [1])

    def test_there_and_back(self):
        table = numpy.arange(60_000, dtype=numpy.int32).reshape(200, 300)
        read_only = numpy.arange(5000)
        read_only.flags.writeable = False
        arrays = [numpy.array([]), numpy.array(3.5), numpy.zeros(3, complex), table, table.T, table[::2, 1:7],
                  numpy.asfortranarray(table), read_only, numpy.array(["text", None], object), numpy.bool_(True),
                  numpy.array([(1, 2.5)], [("a", "i8"), ("b", "f4")]), numpy.arange(9, dtype=">i4")]
        for array, got in zip(arrays, self.pool.imap(identity, arrays), strict=True):
            self.assertEqual((type(got), got.dtype, got.shape), (type(array), array.dtype, array.shape))
            numpy.testing.assert_array_equal(got, array)
        for one, two in self.pool.imap(identity, [(table, {"b": table + 1})] * 3):
            numpy.testing.assert_array_equal(one, table)
            numpy.testing.assert_array_equal(two["b"], table + 1)

    def test_what_arrives_can_be_written_to(self):
        for size in 10, 100_000:
            got = self.pool.apply(write, (numpy.zeros(size),))
            self.assertEqual(got[0], 7)
            got[1] = 8

    def test_an_array_is_not_copied_into_a_pickle(self):
        """The program allocates nothing to send one, and the memory of the array alone to receive one."""
        array = ones(SIZE)
        got, most = peak(self.pool.map, total, [array])
        self.assertEqual(got, [SIZE])
        self.assertLess(most, SIZE // 8)
        got, most = peak(self.pool.map, ones, [SIZE])
        self.assertEqual(total(got[0]), SIZE)
        self.assertLess(most, SIZE + SIZE // 8)


if __name__ == "__main__":
    unittest.main()
