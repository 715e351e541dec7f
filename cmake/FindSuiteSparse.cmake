# SuiteSparse 5 (no CMake files of its own) and 7, by header and library.
#
# Targets: SuiteSparse::<component> for each component found, and SuiteSparse::SuiteSparse for all of them.
# Variables: SuiteSparse_FOUND, SuiteSparse_VERSION, SuiteSparse_<component>_FOUND.
include(FindPackageHandleStandardArgs)

find_path(SuiteSparse_INCLUDE_DIR SuiteSparse_config.h PATH_SUFFIXES suitesparse)
find_library(SuiteSparse_config_LIBRARY NAMES suitesparseconfig)

if(SuiteSparse_INCLUDE_DIR)
  file(STRINGS "${SuiteSparse_INCLUDE_DIR}/SuiteSparse_config.h" SuiteSparse_version_lines
       REGEX "#define SUITESPARSE_(MAIN|SUB|SUBSUB)_VERSION")
  string(REGEX REPLACE ".*MAIN_VERSION ([0-9]+).*" "\\1" SuiteSparse_major "${SuiteSparse_version_lines}")
  string(REGEX REPLACE ".*[^B]SUB_VERSION ([0-9]+).*" "\\1" SuiteSparse_minor "${SuiteSparse_version_lines}")
  string(REGEX REPLACE ".*SUBSUB_VERSION ([0-9]+).*" "\\1" SuiteSparse_patch "${SuiteSparse_version_lines}")
  set(SuiteSparse_VERSION "${SuiteSparse_major}.${SuiteSparse_minor}.${SuiteSparse_patch}")
endif()

set(SuiteSparse_AMD_header amd.h)
set(SuiteSparse_COLAMD_header colamd.h)
set(SuiteSparse_CHOLMOD_header cholmod.h)
set(SuiteSparse_KLU_header klu.h)
set(SuiteSparse_UMFPACK_header umfpack.h)
set(SuiteSparse_SPQR_header SuiteSparseQR.hpp)

set(SuiteSparse_libraries)
foreach(component IN LISTS SuiteSparse_FIND_COMPONENTS)
  string(TOLOWER ${component} name)
  find_library(SuiteSparse_${component}_LIBRARY NAMES ${name})
  find_path(SuiteSparse_${component}_INCLUDE_DIR ${SuiteSparse_${component}_header} PATH_SUFFIXES suitesparse)
  mark_as_advanced(SuiteSparse_${component}_LIBRARY SuiteSparse_${component}_INCLUDE_DIR)
  if(SuiteSparse_${component}_LIBRARY AND SuiteSparse_${component}_INCLUDE_DIR)
    set(SuiteSparse_${component}_FOUND TRUE)
    list(APPEND SuiteSparse_libraries SuiteSparse::${component})
    if(NOT TARGET SuiteSparse::${component})
      add_library(SuiteSparse::${component} UNKNOWN IMPORTED)
      set_target_properties(SuiteSparse::${component} PROPERTIES
        IMPORTED_LOCATION "${SuiteSparse_${component}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${SuiteSparse_${component}_INCLUDE_DIR}")
    endif()
  endif()
endforeach()

find_package_handle_standard_args(SuiteSparse
  REQUIRED_VARS SuiteSparse_config_LIBRARY SuiteSparse_INCLUDE_DIR
  VERSION_VAR SuiteSparse_VERSION HANDLE_COMPONENTS)

if(SuiteSparse_FOUND AND NOT TARGET SuiteSparse::SuiteSparse)
  find_package(BLAS QUIET)
  find_package(LAPACK QUIET)
  add_library(SuiteSparse::SuiteSparse INTERFACE IMPORTED)
  set_target_properties(SuiteSparse::SuiteSparse PROPERTIES
    INTERFACE_LINK_LIBRARIES "${SuiteSparse_libraries};${SuiteSparse_config_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SuiteSparse_INCLUDE_DIR}")
endif()
mark_as_advanced(SuiteSparse_INCLUDE_DIR SuiteSparse_config_LIBRARY)
