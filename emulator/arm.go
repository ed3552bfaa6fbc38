package emulator

// armRoutes are the calls of Resource Manager.
func armRoutes() []route { return nil }
