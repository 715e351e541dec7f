# SuiteSparse 5 (which has no CMake files of its own) and 7, by header and library.
#
# Components: AMD COLAMD CHOLMOD KLU UMFPACK SPQR.
# Targets:    SuiteSparse::<component> for each component found, and SuiteSparse::SuiteSparse for all that were asked for. (With
#             SuiteSparse 7 the targets may exist already, from its own package files; those are used then.)
# Variables:  SuiteSparse_FOUND, SuiteSparse_VERSION, SuiteSparse_<component>_FOUND, SuiteSparse_<component>_VERSION, and
#             SuiteSparse_LINK_NAMES, the names after -l, dependents first.
include(FindPackageHandleStandardArgs)

find_path(SuiteSparse_INCLUDE_DIR SuiteSparse_config.h PATH_SUFFIXES suitesparse)
find_library(SuiteSparse_config_LIBRARY NAMES suitesparseconfig)
mark_as_advanced(SuiteSparse_INCLUDE_DIR SuiteSparse_config_LIBRARY)

# The version that a header states as <prefix>_MAIN_VERSION, _SUB_VERSION, _SUBSUB_VERSION (SuiteSparse 7 keeps these names).
function(_suitesparse_version prefix result)
  foreach(file IN LISTS ARGN)
    if(NOT EXISTS "${file}")
      continue()
    endif()
    set(version)
    foreach(part MAIN SUB SUBSUB)
      file(STRINGS "${file}" line REGEX "#define[ \t]+${prefix}_${part}_VERSION[ \t]+[0-9]+" LIMIT_COUNT 1)
      if(line)
        string(REGEX REPLACE ".*_VERSION[ \t]+([0-9]+).*" "\\1" number "${line}")
        list(APPEND version ${number})
      endif()
    endforeach()
    if(version)
      list(JOIN version "." version)
      set(${result} "${version}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

if(SuiteSparse_INCLUDE_DIR)
  _suitesparse_version(SUITESPARSE SuiteSparse_VERSION "${SuiteSparse_INCLUDE_DIR}/SuiteSparse_config.h")
endif()

# Per component: its header, the header with its version (where that is another), and what a static library of it needs besides
# suitesparseconfig.
set(_SuiteSparse_AMD_header amd.h)
set(_SuiteSparse_COLAMD_header colamd.h)
set(_SuiteSparse_CHOLMOD_header cholmod.h)
set(_SuiteSparse_CHOLMOD_version_header cholmod_core.h)
set(_SuiteSparse_CHOLMOD_needs amd colamd camd ccolamd metis)
set(_SuiteSparse_KLU_header klu.h)
set(_SuiteSparse_KLU_needs btf amd colamd)
set(_SuiteSparse_UMFPACK_header umfpack.h)
set(_SuiteSparse_UMFPACK_needs cholmod amd colamd camd ccolamd metis)
set(_SuiteSparse_SPQR_header SuiteSparseQR.hpp)
set(_SuiteSparse_SPQR_version_header SuiteSparseQR_definitions.h)
set(_SuiteSparse_SPQR_needs cholmod amd colamd camd ccolamd metis)

set(_SuiteSparse_targets)
set(_SuiteSparse_static_needs)
set(_SuiteSparse_static_blas)
set(SuiteSparse_LINK_NAMES)
foreach(component IN LISTS SuiteSparse_FIND_COMPONENTS)
  if(NOT DEFINED _SuiteSparse_${component}_header)
    continue()  # an unknown component stays not found
  endif()
  string(TOLOWER ${component} name)
  find_library(SuiteSparse_${component}_LIBRARY NAMES ${name})
  find_path(SuiteSparse_${component}_INCLUDE_DIR ${_SuiteSparse_${component}_header} PATH_SUFFIXES suitesparse)
  mark_as_advanced(SuiteSparse_${component}_LIBRARY SuiteSparse_${component}_INCLUDE_DIR)
  if(NOT SuiteSparse_${component}_LIBRARY OR NOT SuiteSparse_${component}_INCLUDE_DIR)
    continue()
  endif()
  set(SuiteSparse_${component}_FOUND TRUE)
  _suitesparse_version(${component} SuiteSparse_${component}_VERSION
    "${SuiteSparse_${component}_INCLUDE_DIR}/${_SuiteSparse_${component}_header}"
    "${SuiteSparse_${component}_INCLUDE_DIR}/${_SuiteSparse_${component}_version_header}")
  list(PREPEND SuiteSparse_LINK_NAMES ${name})
  list(PREPEND _SuiteSparse_targets SuiteSparse::${component})
  if(TARGET SuiteSparse::${component})
    continue()
  endif()
  add_library(SuiteSparse::${component} UNKNOWN IMPORTED)
  set_target_properties(SuiteSparse::${component} PROPERTIES
    IMPORTED_LOCATION "${SuiteSparse_${component}_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SuiteSparse_${component}_INCLUDE_DIR}")
  if(SuiteSparse_${component}_LIBRARY MATCHES "\\${CMAKE_STATIC_LIBRARY_SUFFIX}$")
    # A shared library brings what it needs; a static one does not.
    set(needs)
    list(APPEND _SuiteSparse_static_needs ${_SuiteSparse_${component}_needs})
    foreach(need IN LISTS _SuiteSparse_${component}_needs)
      find_library(SuiteSparse_${need}_dependency NAMES ${need})
      mark_as_advanced(SuiteSparse_${need}_dependency)
      if(SuiteSparse_${need}_dependency)
        list(APPEND needs "${SuiteSparse_${need}_dependency}")
      endif()
    endforeach()
    list(APPEND needs "${SuiteSparse_config_LIBRARY}")
    if(component MATCHES "CHOLMOD|UMFPACK|SPQR")
      find_package(LAPACK QUIET)
      if(LAPACK_FOUND)
        list(APPEND needs LAPACK::LAPACK)
        list(APPEND _SuiteSparse_static_blas lapack blas)
      endif()
    endif()
    find_package(OpenMP QUIET COMPONENTS C)
    if(OpenMP_C_FOUND)
      list(APPEND needs OpenMP::OpenMP_C)
    endif()
    list(APPEND needs m)
    set_property(TARGET SuiteSparse::${component} PROPERTY INTERFACE_LINK_LIBRARIES "${needs}")
  endif()
endforeach()
list(REMOVE_DUPLICATES _SuiteSparse_static_needs)
list(REMOVE_ITEM _SuiteSparse_static_needs ${SuiteSparse_LINK_NAMES})
list(REMOVE_DUPLICATES _SuiteSparse_static_blas)
list(APPEND SuiteSparse_LINK_NAMES ${_SuiteSparse_static_needs} suitesparseconfig ${_SuiteSparse_static_blas})

find_package_handle_standard_args(SuiteSparse
  REQUIRED_VARS SuiteSparse_config_LIBRARY SuiteSparse_INCLUDE_DIR
  VERSION_VAR SuiteSparse_VERSION HANDLE_COMPONENTS)

if(SuiteSparse_FOUND AND NOT TARGET SuiteSparse::SuiteSparse)
  add_library(SuiteSparse::SuiteSparse INTERFACE IMPORTED)
  set_target_properties(SuiteSparse::SuiteSparse PROPERTIES
    INTERFACE_LINK_LIBRARIES "${_SuiteSparse_targets};${SuiteSparse_config_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SuiteSparse_INCLUDE_DIR}")
endif()
