import Kernels
import Testing

@testable import Projection
