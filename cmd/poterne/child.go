package main

import (
	"github.com/spf13/cobra"

	"poterne/extract/sandbox"
)

// newExtractChild is the hidden command that the pool of readers starts: one
// process that parses documents and can be killed.
func newExtractChild(*app) *cobra.Command {
	return &cobra.Command{
		Use: sandbox.Command, Hidden: true, Args: cobra.NoArgs,
		// A child takes nothing from flags, environment or files.
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE:              func(*cobra.Command, []string) error { return sandbox.Child() },
	}
}

// newRecognizeChild is the hidden command that the pool starts for a picture: it
// locks itself up and becomes tesseract.
func newRecognizeChild(*app) *cobra.Command {
	return &cobra.Command{
		Use: sandbox.RecognizeCommand, Hidden: true, Args: cobra.ExactArgs(2), DisableFlagParsing: true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE:              func(_ *cobra.Command, args []string) error { return sandbox.Recognize(args) },
	}
}
