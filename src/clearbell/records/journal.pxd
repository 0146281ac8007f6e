# Types of journal.py for Cython; the source stays plain Python.
from clearbell.records.segments cimport SegmentWriter

cdef bytes _DECISION, _END, _CODE
cdef object _encode, encode_decision

cdef class Journal:
    cdef SegmentWriter _segments

    cpdef object decided(self, object decision)
    cpdef object ended(self, object end)
    cpdef object code_dialled(self, object dialled)
