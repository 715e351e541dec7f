# Installs the library, its headers, the program, and what find_package(tamis) and pkg-config need.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

set(tamis_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tamis")
get_target_property(tamis_type tamis TYPE)
if(tamis_type STREQUAL "STATIC_LIBRARY")
  set(tamis_is_static TRUE)
else()
  set(tamis_is_static FALSE)
endif()

install(TARGETS tamis EXPORT tamisTargets FILE_SET HEADERS)
if(TARGET tamis_cli)
  install(TARGETS tamis_cli)
  # The program finds a shared tamis beside itself, wherever both are moved.
  file(RELATIVE_PATH tamis_bin_to_lib "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  set_target_properties(tamis_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${tamis_bin_to_lib}")
endif()
install(EXPORT tamisTargets NAMESPACE tamis:: DESTINATION "${tamis_cmake_dir}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/tamisConfig.cmake.in" "${PROJECT_BINARY_DIR}/tamisConfig.cmake"
  INSTALL_DESTINATION "${tamis_cmake_dir}")
# Before 1.0 a new minor version may break.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tamisConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tamisConfig.cmake" "${PROJECT_BINARY_DIR}/tamisConfigVersion.cmake"
  DESTINATION "${tamis_cmake_dir}")
if(tamis_is_static)
  install(FILES "${CMAKE_CURRENT_LIST_DIR}/FindSuiteSparse.cmake" "${CMAKE_CURRENT_LIST_DIR}/FindZstd.cmake"
    DESTINATION "${tamis_cmake_dir}")
  if(TAMIS_WITH_MUMPS)
    install(FILES "${CMAKE_CURRENT_LIST_DIR}/FindMUMPS.cmake" DESTINATION "${tamis_cmake_dir}")
  endif()
endif()

# pkg-config. A shared tamis brings its libraries itself; of a static one they are part of Libs, since pkg-config without
# --static leaves Libs.private out.
set(private_libs)
foreach(name IN LISTS SuiteSparse_LINK_NAMES)
  string(APPEND private_libs " -l${name}")
endforeach()
if(TAMIS_WITH_MUMPS)
  foreach(name IN LISTS MUMPS_LINK_NAMES)
    string(APPEND private_libs " -l${name}")
  endforeach()
endif()
foreach(library IN LISTS LAPACK_LIBRARIES)
  get_filename_component(name "${library}" NAME_WE)
  string(REGEX REPLACE "^lib" "" name "${name}")
  string(APPEND private_libs " -l${name}")
endforeach()
string(APPEND private_libs " -lzstd -lz")
if(TAMIS_WITH_OPENMP)
  foreach(name IN LISTS OpenMP_CXX_LIB_NAMES)
    string(APPEND private_libs " -l${name}")
  endforeach()
endif()
string(APPEND private_libs " -lpthread -ldl -lm")
string(REPLACE " -lpthread -lpthread" " -lpthread" private_libs "${private_libs}")
string(STRIP "${private_libs}" private_libs)
set(tamis_pc_libs "-L\${libdir} -ltamis")
if(tamis_is_static)
  string(APPEND tamis_pc_libs " ${private_libs}")
  set(tamis_pc_libs_private "")
else()
  set(tamis_pc_libs_private "${private_libs}")
endif()
file(RELATIVE_PATH tamis_pc_to_prefix "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" tamis_pc_to_prefix "${tamis_pc_to_prefix}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/tamis.pc.in" "${PROJECT_BINARY_DIR}/tamis.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/tamis.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")
