package emulator

func resourceGraphRoutes() []route { return nil }
