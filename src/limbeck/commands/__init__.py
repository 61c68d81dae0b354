"""What a person asks for, one function a file, each given a Project; answers are values, printing is the cli's."""
