# The sequential MUMPS (its stand-in for MPI inside), by header and library: Debian's libmumps-seq-dev has no CMake files.
#
# Target:    MUMPS::MUMPS for the arithmetics double and complex<double>.
# Variables: MUMPS_FOUND, MUMPS_VERSION, and MUMPS_LINK_NAMES, the names after -l, dependents first.
include(FindPackageHandleStandardArgs)

find_path(MUMPS_INCLUDE_DIR dmumps_c.h PATH_SUFFIXES mumps_seq mumps MUMPS)
mark_as_advanced(MUMPS_INCLUDE_DIR)
set(MUMPS_VERSION)
if(MUMPS_INCLUDE_DIR)
  file(STRINGS "${MUMPS_INCLUDE_DIR}/dmumps_c.h" _mumps_line REGEX "#define[ \t]+MUMPS_VERSION[ \t]+\"" LIMIT_COUNT 1)
  if(_mumps_line MATCHES "\"([0-9.]+)")
    set(MUMPS_VERSION "${CMAKE_MATCH_1}")
  endif()
endif()

# Each by the name of Debian's packages, or of a sequential build from source. The libraries leave symbols to one another open.
set(MUMPS_LINK_NAMES)
set(_mumps_libraries)
set(_mumps_required)
foreach(_mumps_part dmumps zmumps mumps_common mpiseq pord)
  find_library(MUMPS_${_mumps_part}_LIBRARY NAMES ${_mumps_part}_seq ${_mumps_part}_seq-5.5)
  mark_as_advanced(MUMPS_${_mumps_part}_LIBRARY)
  list(APPEND _mumps_required MUMPS_${_mumps_part}_LIBRARY)
  if(MUMPS_${_mumps_part}_LIBRARY)
    list(APPEND _mumps_libraries "${MUMPS_${_mumps_part}_LIBRARY}")
    list(APPEND MUMPS_LINK_NAMES ${_mumps_part}_seq)
  endif()
endforeach()

find_package_handle_standard_args(MUMPS REQUIRED_VARS MUMPS_INCLUDE_DIR ${_mumps_required} VERSION_VAR MUMPS_VERSION)

if(MUMPS_FOUND AND NOT TARGET MUMPS::MUMPS)
  add_library(MUMPS::MUMPS INTERFACE IMPORTED)
  set_target_properties(MUMPS::MUMPS PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${MUMPS_INCLUDE_DIR}" INTERFACE_LINK_LIBRARIES "${_mumps_libraries}")
endif()
