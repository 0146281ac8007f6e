# Types of views.py for Cython; the source stays plain Python.
from clearbell.screening.views.entitlements cimport Entitlements
from clearbell.screening.views.restrictions cimport Restrictions
from clearbell.screening.views.standing cimport Standing
from clearbell.screening.views.wills cimport Wills

cdef class Views:
    cdef public object seq, needs_rebuild, release, names
    cdef public Entitlements entitlements
    cdef public Wills wills
    cdef public Restrictions restrictions
    cdef public Standing standing
