# Types of wills.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.views.own_lists cimport OwnLists, RefusedNumbers
from clearbell.screening.views.packed cimport WideTable
from clearbell.screening.views.wishes cimport Wishes

cdef class Wills:
    cdef public WideTable _grants, _refused_holders
    cdef public object _combinations
    cdef public dict _read, _holders
    cdef public RefusedNumbers refused_numbers
    cdef public OwnLists lists
    cdef public Wishes wishes

    @cython.locals(code=bytes)
    cpdef tuple grants_of(self, object holder, object callee)
    cpdef long long refused_holder_at(self, object holder, object callee) except? -1
    @cython.locals(row=bytes)
    cpdef object grant_for(self, object holder, object callee, object purpose)
